// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `run`: another program between two events, for cron. Whatever becomes of the events, the program runs, and this one
/// ends as it did.
[[nodiscard]] Command run_command() noexcept;

}  // namespace oneshot::ctl
