// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `top`: what fills the log, by the values of a label.
[[nodiscard]] Command top_command() noexcept;

}  // namespace oneshot::ctl
