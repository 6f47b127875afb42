// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ctl/command.hpp"

namespace oneshot::ctl {

/// Which server, and as whom: of each command that asks one.
[[nodiscard]] std::span<const Option> connection_options() noexcept;
/// --help and --version: of each command, and without one.
[[nodiscard]] std::span<const Option> common_options() noexcept;

/// All that a command takes: its own first.
[[nodiscard]] std::vector<Option> options_of(const Command& command);

}  // namespace oneshot::ctl
