// SPDX-License-Identifier: MIT
#include "ctl/completion/completion.hpp"
#include "ctl/options.hpp"

namespace oneshot::ctl::completion {
namespace {

std::string line(std::string_view condition, std::string_view what, std::string_view help) {
  return "complete -c oneshotctl -n " + shell_quoted(condition) + ' ' + std::string(what) + " -d " +
         shell_quoted(help) + '\n';
}

std::string row_of(const Option& option, std::string_view condition) {
  std::string what = "-l " + std::string(option.name.substr(2));
  if (option.letter != '\0') what += std::string(" -s ") + option.letter;
  if (!option.value.empty()) what += option.value == "FILE" ? " -r -F" : " -x";
  return line(condition, what, option.help);
}

std::string rows_of(const Command& command) {
  const std::string condition = "__fish_seen_subcommand_from " + std::string(command.name);
  std::string rows = line("__fish_use_subcommand", "-f -a " + std::string(command.name), command.summary);
  if (!command.words.empty()) rows += line(condition, "-f -a " + shell_quoted(command.words), "what");
  for (const Option& option : options_of(command)) rows += row_of(option, condition);
  return rows;
}

}  // namespace

std::string for_fish(std::span<const Command> commands) {
  std::string text = "# fish completion of oneshotctl: oneshotctl completion fish | source\n";
  for (const Command& command : commands) text += rows_of(command);
  return text;
}

}  // namespace oneshot::ctl::completion
