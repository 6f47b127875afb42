// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ctl/command.hpp"

/// Scripts by which a shell completes the commands, their options and words; made from the table of commands, so that
/// none is missing. Values called FILE are completed as files.
namespace oneshot::ctl::completion {

[[nodiscard]] std::string for_bash(std::span<const Command> commands);
[[nodiscard]] std::string for_zsh(std::span<const Command> commands);
[[nodiscard]] std::string for_fish(std::span<const Command> commands);

/// For a shell by its name; nothing for one that is not known.
[[nodiscard]] std::optional<std::string> for_shell(std::string_view shell, std::span<const Command> commands);

/// A text between single quotes, as all three shells read it.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace oneshot::ctl::completion
