// SPDX-License-Identifier: MIT
#include "app/moment.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/byte_set.hpp"
#include "base/numbers.hpp"
#include "base/text.hpp"
#include "event/sender_time.hpp"

namespace oneshot::app {
namespace {

// Longer names before those that they begin with.
constexpr std::array<std::pair<std::string_view, double>, 6> units{
    {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86'400e3}, {"w", 604'800e3}}};

std::optional<double> take_unit(std::string_view& text) noexcept {
  for (const auto& [name, ms] : units) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return ms;
  }
  return std::nullopt;
}

std::optional<double> take_number(std::string_view& text) noexcept {
  const auto* const other = std::ranges::find_if_not(text, [](char c) { return is_digit(c) || c == '.'; });
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(other - text.begin()));
  text.remove_prefix(digits.size());
  return digits.empty() ? std::nullopt : parse_number(digits);
}

/// In milliseconds.
std::optional<std::int64_t> parse_duration(std::string_view text) noexcept {
  constexpr double longest = 4e12;  // more than a century
  double sum = 0;
  do {
    const std::optional<double> number = take_number(text);
    const std::optional<double> unit = number ? take_unit(text) : std::nullopt;
    if (!unit) return std::nullopt;
    sum += *number * *unit;
  } while (!text.empty());
  if (sum > longest) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

/// Whoever writes 30 forgot a unit: taken as half a minute after 1970, it would have all that there is sent again.
bool lacks_unit(std::string_view text) noexcept {
  constexpr double least_seconds = 1e9;  // of the year 2001
  std::string_view rest = text;
  const std::optional<double> number = take_number(rest);
  return number && rest.empty() && *number < least_seconds;
}

Unexpected<std::string> without_unit(std::string_view name, std::string_view text) {
  return Unexpected{std::string(name) + ' ' + quoted(text) + " has no unit: write " + std::string(text) + "m or " +
                    std::string(text) + 's'};
}

/// In a query a plus is a blank, unless somebody wrote %2B for it: that of an offset, as in 10:30:00+01:00, is meant.
std::optional<std::int64_t> parse_time_of_query(std::string_view text) {
  constexpr std::size_t offset = 6;
  constexpr std::size_t whole = 19;
  std::string meant(text);
  if (text.size() >= whole + offset && text[text.size() - offset] == ' ') meant[text.size() - offset] = '+';
  return event::parse_time(meant);
}

}  // namespace

Result<std::int64_t> parse_moment(std::string_view name, std::string_view text, std::int64_t now_unix_ms) {
  if (event::looks_like_milliseconds(text))
    if (const auto ms = parse_whole_number(text)) return static_cast<std::int64_t>(*ms);
  if (lacks_unit(text)) return without_unit(name, text);
  if (const auto back = parse_duration(text)) return std::max<std::int64_t>(0, now_unix_ms - *back);
  if (const auto time = parse_time_of_query(text)) return *time;
  return Unexpected{std::string(name) + ' ' + quoted(text) +
                    " is no time: write how long ago (15m, 1h30m, 2d), RFC 3339 (2026-11-26T09:30:00Z), Unix "
                    "seconds (1795685400) or milliseconds (1795685400000)"};
}

}  // namespace oneshot::app
