// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ctl/command.hpp"

namespace oneshot::ctl {

/// A command as somebody typed it. Its texts are those of argv, which live as long as the program.
class Call {
 public:
  using Texts = std::span<const std::string_view>;

  /// Reads a command line (without the program's name) by the table of commands. Options may stand before the command
  /// and behind it, `--name VALUE` and `--name=VALUE` are the same, and behind `--` there are no options. Of an option
  /// that stands twice the last one counts. Errors say what is wrong and what there is.
  static Result<Call> parse(Texts arguments, std::span<const Command> commands);

  /// Nothing: no command was named, only options such as --help.
  [[nodiscard]] const Command* command() const noexcept { return command_; }
  [[nodiscard]] std::span<const Command> commands() const noexcept { return commands_; }
  /// What is neither an option nor behind `--`.
  [[nodiscard]] Texts words() const noexcept { return words_; }
  /// What is behind `--`; nothing: there is no `--`.
  [[nodiscard]] std::optional<Texts> rest() const noexcept;

  [[nodiscard]] bool has(std::string_view option) const noexcept { return value_of(option).has_value(); }
  /// Of an option without a value: an empty text.
  [[nodiscard]] std::optional<std::string_view> value_of(std::string_view option) const noexcept;

 private:
  Result<void> read(Texts arguments);
  Result<void> read_option(Texts arguments, std::size_t& at);
  Result<void> check_options() const;
  Result<void> take_word(std::string_view word);

  std::span<const Command> commands_;
  const Command* command_ = nullptr;
  std::vector<std::string_view> words_;
  std::optional<std::vector<std::string_view>> rest_;
  std::vector<std::pair<std::string_view, std::string_view>> options_;
};

}  // namespace oneshot::ctl
