// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `why`: why a scraper has not got an event.
[[nodiscard]] Command why_command() noexcept;

}  // namespace oneshot::ctl
