// SPDX-License-Identifier: MIT
#include "settings/web/go_duration.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "base/byte_set.hpp"
#include "base/numbers.hpp"

namespace oneshot::settings {
namespace {

constexpr double longest = 9e18;  // nanoseconds in an int64

// Longer names before those that they begin with.
constexpr std::array<std::pair<std::string_view, double>, 8> units{{{"ns", 1},
                                                                    {"us", 1e3},
                                                                    {"\xC2\xB5s", 1e3},
                                                                    {"\xCE\xBCs", 1e3},
                                                                    {"ms", 1e6},
                                                                    {"s", 1e9},
                                                                    {"m", 60e9},
                                                                    {"h", 3600e9}}};

double take_unit(std::string_view& text) noexcept {
  for (const auto& [name, nanoseconds] : units) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return nanoseconds;
  }
  return 0;
}

/// The digits at the front, with at most one point among them; nothing where there is no digit.
std::optional<double> take_number(std::string_view& text) noexcept {
  std::size_t size = 0;
  bool point = false;
  while (size < text.size() && (is_digit(text[size]) || (text[size] == '.' && !std::exchange(point, true)))) ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  if (digits.empty() || digits == ".") return std::nullopt;
  return parse_number(digits);
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text) noexcept {
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    const std::optional<double> number = take_number(text);
    if (!number) return std::nullopt;
    const double unit = take_unit(text);
    if (unit == 0) return std::nullopt;
    sum += *number * unit;
  }
  if (sum > longest) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum));
}

}  // namespace oneshot::settings
