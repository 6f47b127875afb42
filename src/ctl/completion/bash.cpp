// SPDX-License-Identifier: MIT
// For bash 4 and later, without the package bash-completion.
#include "ctl/completion/completion.hpp"
#include "ctl/options.hpp"

namespace oneshot::ctl::completion {
namespace {

constexpr std::string_view head = R"(# bash completion of oneshotctl: source <(oneshotctl completion bash)
_oneshotctl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
)";
constexpr std::string_view tail = R"(  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _oneshotctl oneshotctl
)";

/// `post|run|…) NAME ;;`
std::string names(std::span<const Command> commands, std::string_view between) {
  std::string all;
  for (const Command& command : commands) {
    if (!all.empty()) all += between;
    all += command.name;
  }
  return all;
}

void add_once(std::string& alternatives, std::string_view name) {
  const std::string whole = '|' + alternatives + '|';
  if (whole.find('|' + std::string(name) + '|') != std::string::npos) return;
  if (!alternatives.empty()) alternatives += '|';
  alternatives += name;
}

/// Behind which options a value stands, and behind which of them a file.
std::string values_of(std::span<const Command> commands) {
  std::string files;
  std::string others;
  for (const Command& command : commands) {
    for (const Option& option : options_of(command)) {
      if (!option.value.empty()) add_once(option.value == "FILE" ? files : others, option.name);
    }
  }
  return "  case $before in\n    " + files + ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n    " + others +
         ") return ;;\n  esac\n";
}

std::string words_of(const Command& command) {
  std::string words(command.words);
  for (const Option& option : options_of(command)) {
    if (!words.empty()) words += ' ';
    words += option.name;
  }
  return words;
}

/// A command that takes files, or another program behind `--`, goes on with what bash does by itself.
std::string row_of(const Command& command) {
  const bool files = command.runs_program || command.arguments.find("FILE") != std::string_view::npos;
  std::string row = "    " + std::string(command.name) + ") words='" + words_of(command) + "'";
  if (files) row += "; [[ $word == -* ]] || { COMPREPLY=($(compgen -f -- \"$word\")); return; }";
  return row + " ;;\n";
}

}  // namespace

std::string for_bash(std::span<const Command> commands) {
  std::string text(head);
  text += "      " + names(commands, "|") + ") command=${COMP_WORDS[i]}; break ;;\n    esac\n  done\n";
  text += values_of(commands);
  text += "  case $command in\n";
  text += "    '') words='" + names(commands, " ") + " --help --version' ;;\n";
  for (const Command& command : commands) text += row_of(command);
  return text.append(tail);
}

}  // namespace oneshot::ctl::completion
