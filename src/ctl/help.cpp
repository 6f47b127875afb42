// SPDX-License-Identifier: MIT
#include "ctl/help.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "ctl/options.hpp"

namespace oneshot::ctl {
namespace {

struct Row {
  std::string left;
  std::string_view right;
};

std::string rows(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.left.size());
  std::string text;
  for (const Row& row : rows) {
    text.append("  ").append(row.left).append(width - row.left.size() + 2, ' ').append(row.right).push_back('\n');
  }
  return text;
}

std::string shown(const Option& option) {
  std::string text = option.letter == '\0' ? "" : std::string{'-', option.letter, ',', ' '};
  text += option.name;
  if (!option.value.empty()) text.append(" ").append(option.value);
  return text;
}

std::string option_rows(std::span<const Option> options) {
  std::vector<Row> all;
  for (const Option& option : options) all.push_back({shown(option), option.help});
  return rows(all);
}

std::string indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    text.append("  ").append(lines.substr(0, end + 1));
    lines.remove_prefix(end + 1);
  }
  return text;
}

constexpr std::string_view statuses = "Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n";

}  // namespace

std::string help_of(std::span<const Command> commands) {
  std::vector<Row> all;
  for (const Command& command : commands) all.push_back({std::string(command.name), command.summary});
  std::string text = "Usage: oneshotctl COMMAND [ARGUMENT]...\n\n";
  text += rows(all);
  text += "\nOptions of each command that asks a server:\n" + option_rows(connection_options());
  text += "\nExample:\n  oneshotctl post type=deploy service=checkout\n";
  text += "\noneshotctl COMMAND --help says more. ";
  return text.append(statuses);
}

std::string help_of(const Command& command) {
  std::string text = "Usage: oneshotctl " + std::string(command.name);
  if (!command.arguments.empty()) text.append(" ").append(command.arguments);
  text.append("\n\n").append(command.details);
  text += "\nOptions:\n" + option_rows(options_of(command));
  return text + "\nExample:\n" + indented(command.example);
}

}  // namespace oneshot::ctl
