// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `doctor`: asks the server and, if told where it is, a Prometheus, and says what is wrong and what to do about it.
[[nodiscard]] Command doctor_command() noexcept;

}  // namespace oneshot::ctl
