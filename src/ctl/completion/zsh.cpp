// SPDX-License-Identifier: MIT
#include "ctl/completion/completion.hpp"
#include "ctl/options.hpp"

namespace oneshot::ctl::completion {
namespace {

/// What a specification of zsh's _arguments reads as more than text.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string spec_of(const Option& option) {
  std::string spec = std::string(option.name) + '[' + plain(option.help) + ']';
  if (option.value.empty()) return spec;
  return spec + ':' + std::string(option.value) + ':' + (option.value == "FILE" ? "_files" : "( )");
}

std::string row_of(const Command& command) {
  std::string row = "    " + std::string(command.name) + ")\n      _arguments";
  for (const Option& option : options_of(command)) row += " \\\n        " + shell_quoted(spec_of(option));
  const bool files = command.runs_program || command.arguments.find("FILE") != std::string_view::npos;
  if (files) row += " \\\n        '*:file:_files'";
  if (!command.words.empty()) row += " \\\n        " + shell_quoted("1:what:(" + std::string(command.words) + ')');
  return row + "\n      ;;\n";
}

}  // namespace

std::string for_zsh(std::span<const Command> commands) {
  std::string text =
      "#compdef oneshotctl\n"
      "# zsh completion of oneshotctl: oneshotctl completion zsh >\"${fpath[1]}/_oneshotctl\"\n"
      "_oneshotctl() {\n  local -a commands=(\n";
  for (const Command& command : commands)
    text += "    " + shell_quoted(std::string(command.name) + ':' + plain(command.summary)) + '\n';
  text +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=${words[2]}\n  words=(${words[2,-1]})\n  (( CURRENT-- ))\n  case $command in\n";
  for (const Command& command : commands) text += row_of(command);
  return text + "  esac\n}\ncompdef _oneshotctl oneshotctl\n";
}

}  // namespace oneshot::ctl::completion
