// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `scrapers`: who has got what, and when.
[[nodiscard]] Command scrapers_command() noexcept;

// An operator's changes to one scraper. The server wants the right `admin` for each.
/// `replay`: it gets again what came since then.
[[nodiscard]] Command replay_command() noexcept;
/// `skip`: what waits for it is dropped.
[[nodiscard]] Command skip_command() noexcept;
/// `forget`: it is no scraper any more.
[[nodiscard]] Command forget_command() noexcept;

}  // namespace oneshot::ctl
