// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// `completion`: the script for a shell. Asks no server.
[[nodiscard]] Command completion_command() noexcept;

}  // namespace oneshot::ctl
