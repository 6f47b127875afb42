// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `events`: what is in the history, or one event by its id.
[[nodiscard]] Command events_command() noexcept;
/// `tail`: the newest ones, and those that come.
[[nodiscard]] Command tail_command() noexcept;

}  // namespace oneshot::ctl
