// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "ctl/command.hpp"

/// The help, made from the table of commands, in lines of at most 100 columns.
namespace oneshot::ctl {

/// All commands, one line each.
[[nodiscard]] std::string help_of(std::span<const Command> commands);
/// One command: usage, details, options, an example.
[[nodiscard]] std::string help_of(const Command& command);

}  // namespace oneshot::ctl
