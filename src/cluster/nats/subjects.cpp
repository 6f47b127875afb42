// SPDX-License-Identifier: MIT
#include "cluster/nats/subjects.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/numbers.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::string token(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (is_plain(c)) {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += {'=', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return text;
}

std::string hexadecimal(std::uint64_t number) {
  std::string text(16, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, number >>= 4) *at = digits[number & 15];
  return text;
}

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    tokens.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return tokens;
}

}  // namespace

void Trimmed::merge(const Trimmed& other) noexcept {
  events = std::max(events, other.events);
  commands = std::max(commands, other.commands);
  checkpoints = std::max(checkpoints, other.checkpoints);
}

Sequence Trimmed::highest() const noexcept { return std::max({events, commands, checkpoints}); }

Subjects::Subjects(std::string_view name, std::string_view replica, std::uint64_t boot_number)
    : stream("ONESHOT_" + token(name)),
      log("oneshot." + token(name) + ".log."),
      inbox("oneshot." + token(name) + ".in." + hexadecimal(boot_number) + "."),
      boot(hexadecimal(boot_number)),
      own_ask("oneshot." + token(name) + ".ask." + token(replica)),
      here("oneshot." + token(name) + ".here"),
      prefix_("oneshot." + token(name) + ".") {}

std::string Subjects::of(Subject subject) const {
  switch (subject) {
    case Subject::events:
      return log + "e";
    case Subject::commands:
      return log + "c";
    case Subject::checkpoints:
      break;
  }
  return log + "k.>";
}

std::string Subjects::part(const PartName& name) const {
  return log + "k." + name.checkpoint + "." + std::to_string(name.part) + "." + std::to_string(name.parts);
}

std::string Subjects::trimmed(const Trimmed& trimmed) const {
  return log + "t." + std::to_string(trimmed.events) + "." + std::to_string(trimmed.commands) + "." +
         std::to_string(trimmed.checkpoints);
}

std::string Subjects::all_trimmed() const { return log + "t.>"; }

std::string Subjects::ask(std::string_view replica) const { return prefix_ + "ask." + token(replica); }

std::string Subjects::in(std::string_view kind, std::uint64_t number) const {
  return inbox + std::string(kind) + "." + std::to_string(number);
}

std::optional<Subject> Subjects::subject_in(std::string_view subject) const {
  if (!subject.starts_with(log)) return {};
  subject.remove_prefix(log.size());
  if (subject == "e") return Subject::events;
  if (subject == "c") return Subject::commands;
  if (subject.starts_with("k.")) return Subject::checkpoints;
  return {};
}

std::optional<PartName> Subjects::part_in(std::string_view subject) const {
  if (!subject.starts_with(log)) return {};
  const auto tokens = tokens_of(subject.substr(log.size()));
  if (tokens.size() != 4 || tokens[0] != "k") return {};
  const auto part = parse_whole_number(tokens[2]);
  const auto parts = parse_whole_number(tokens[3]);
  if (!part || !parts || *part < 1 || *part > *parts || *parts > PartName::most) return {};
  return PartName{.checkpoint = std::string(tokens[1]), .part = *part, .parts = *parts};
}

std::optional<Trimmed> Subjects::trimmed_in(std::string_view subject) const {
  if (!subject.starts_with(log)) return {};
  const auto tokens = tokens_of(subject.substr(log.size()));
  if (tokens.size() != 4 || tokens[0] != "t") return {};
  const std::array numbers{parse_whole_number(tokens[1]), parse_whole_number(tokens[2]), parse_whole_number(tokens[3])};
  if (!numbers[0] || !numbers[1] || !numbers[2]) return {};
  return Trimmed{.events = *numbers[0], .commands = *numbers[1], .checkpoints = *numbers[2]};
}

std::optional<std::uint64_t> number_in(std::string_view subject) {
  return parse_whole_number(subject.substr(subject.rfind('.') + 1));
}

}  // namespace oneshot::cluster
