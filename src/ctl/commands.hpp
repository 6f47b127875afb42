// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// All commands, in the order of the help.
[[nodiscard]] std::span<const Command> commands() noexcept;

}  // namespace oneshot::ctl
