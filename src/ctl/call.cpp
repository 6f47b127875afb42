// SPDX-License-Identifier: MIT
#include "ctl/call.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "ctl/options.hpp"

namespace oneshot::ctl {
namespace {

bool is_called(const Option& option, std::string_view name) noexcept {
  return option.name == name || (name.size() == 2 && name[0] == '-' && name[1] == option.letter);
}

/// Whichever command it belongs to: an option may stand before the command's name.
std::optional<Option> find_option(std::string_view name, std::span<const Command> commands) {
  for (const Command& command : commands) {
    for (const Option& option : options_of(command)) {
      if (is_called(option, name)) return option;
    }
  }
  return std::nullopt;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known,
                         std::string_view otherwise) {
  const std::string_view near = nearest(word, known);
  if (near.empty()) return "; " + std::string(otherwise);
  return "; did you mean " + std::string(near) + '?';
}

Unexpected<std::string> unknown_option(std::string_view name, std::span<const Command> commands) {
  std::vector<std::string_view> known;
  for (const Command& command : commands) {
    for (const Option& option : options_of(command)) known.push_back(option.name);
  }
  return Unexpected{"unknown option " + printable(name) + did_you_mean(name, known, "--help lists what there is")};
}

}  // namespace

std::optional<Call::Texts> Call::rest() const noexcept {
  if (!rest_) return std::nullopt;
  return Texts(*rest_);
}

std::optional<std::string_view> Call::value_of(std::string_view option) const noexcept {
  const auto found = std::find_if(options_.rbegin(), options_.rend(), [&](const auto& o) { return o.first == option; });
  if (found == options_.rend()) return std::nullopt;
  return found->second;
}

Result<Call> Call::parse(Texts arguments, std::span<const Command> commands) {
  Call call;
  call.commands_ = commands;
  if (const auto read = call.read(arguments); !read) return Unexpected{read.error()};
  if (const auto fit = call.check_options(); !fit) return Unexpected{fit.error()};
  return call;
}

Result<void> Call::read(Texts arguments) {
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string_view argument = arguments[at];
    if (argument == "--") {
      rest_.emplace(arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
      return {};
    }
    const bool is_option = argument.size() > 1 && argument.starts_with('-');
    Result<void> taken = is_option ? read_option(arguments, at) : take_word(argument);
    if (!taken) return taken;
  }
  return {};
}

Result<void> Call::read_option(Texts arguments, std::size_t& at) {
  const std::string_view argument = arguments[at];
  const std::size_t equals = argument.find('=');
  const auto option = find_option(argument.substr(0, equals), commands_);
  if (!option) return unknown_option(argument.substr(0, equals), commands_);
  const std::string name(option->name);
  std::string_view value;
  if (equals != std::string_view::npos) {
    if (option->value.empty()) return Unexpected{name + " takes no value"};
    value = argument.substr(equals + 1);
  } else if (!option->value.empty()) {
    if (++at == arguments.size())
      return Unexpected{name + " needs a value: " + name + ' ' + std::string(option->value)};
    value = arguments[at];
  }
  options_.emplace_back(option->name, value);
  return {};
}

Result<void> Call::take_word(std::string_view word) {
  if (command_ != nullptr) {
    words_.push_back(word);
    return {};
  }
  const auto found = std::ranges::find(commands_, word, &Command::name);
  if (found == commands_.end()) {
    std::vector<std::string_view> names;
    for (const Command& command : commands_) names.push_back(command.name);
    return Unexpected{"unknown command " + printable(word) + did_you_mean(word, names, "--help lists what there is")};
  }
  command_ = &*found;
  return {};
}

/// An option of another command is a mistake, not a detail.
Result<void> Call::check_options() const {
  if (command_ == nullptr) return {};
  const std::vector<Option> taken = options_of(*command_);
  const std::string command(command_->name);
  for (const auto& [name, value] : options_) {
    if (std::ranges::find(taken, name, &Option::name) != taken.end()) continue;
    std::string error = command + " takes no ";
    error.append(name).append("; oneshotctl ").append(command).append(" --help lists what it takes");
    return Unexpected{std::move(error)};
  }
  if (rest_ && !command_->runs_program) return Unexpected{command + " takes nothing behind --"};
  return {};
}

}  // namespace oneshot::ctl
