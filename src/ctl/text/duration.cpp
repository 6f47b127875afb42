// SPDX-License-Identifier: MIT
#include "ctl/text/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace oneshot::ctl {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t ms;
};

constexpr std::int64_t second = 1000;
constexpr std::int64_t day = 86'400 * second;
constexpr std::array<Unit, 7> units{
    {{"y", 365 * day}, {"w", 7 * day}, {"d", day}, {"h", 3600 * second}, {"m", 60 * second}, {"s", second}, {"ms", 1}}};
constexpr std::int64_t longest = 290 * 365 * day;

constexpr std::array<Unit, 4> shown{{{"d", day}, {"h", 3600 * second}, {"min", 60 * second}, {"s", second}}};

/// Takes a number and its unit off the front; the units before `next` are used up.
std::optional<std::int64_t> take_part(std::string_view& text, std::size_t& next) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::size_t size = std::min(text.find_first_of("0123456789"), text.size());
  for (; next < units.size(); ++next) {
    if (units[next].name != text.substr(0, size)) continue;
    text.remove_prefix(size);
    const std::int64_t unit = units[next++].ms;
    return number > longest / unit ? std::nullopt : std::optional(number * unit);
  }
  return std::nullopt;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept {
  if (text == "0") return milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  for (std::size_t next = 0; !text.empty();) {
    const auto part = take_part(text, next);
    if (!part || sum + *part > longest) return std::nullopt;
    sum += *part;
  }
  return milliseconds(sum);
}

std::string duration_in_words(milliseconds duration) {
  std::int64_t left = duration.count();
  if (left < second) return std::to_string(left) + " ms";
  std::string words;
  int parts = 0;
  for (const Unit& unit : shown) {
    const std::int64_t number = left / unit.ms;
    if (parts == 0 && number == 0) continue;
    if (++parts == 2 && number == 0) break;
    words += (words.empty() ? "" : " ") + std::to_string(number) + ' ' + std::string(unit.name);
    left -= number * unit.ms;
    if (parts == 2) break;
  }
  return words;
}

}  // namespace oneshot::ctl
