// SPDX-License-Identifier: MIT
#include "ctl/completion/completion.hpp"

namespace oneshot::ctl::completion {

std::optional<std::string> for_shell(std::string_view shell, std::span<const Command> commands) {
  if (shell == "bash") return for_bash(commands);
  if (shell == "zsh") return for_zsh(commands);
  if (shell == "fish") return for_fish(commands);
  return std::nullopt;
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

}  // namespace oneshot::ctl::completion
