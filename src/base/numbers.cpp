// SPDX-License-Identifier: MIT
#include "base/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/text.hpp"

namespace oneshot {

namespace {

/// Of a decimal number that is far from 1: by where its first digit that counts stands, and by its
/// exponent, which may have more digits than any type.
bool is_below_one(std::string_view number) noexcept {
  const std::size_t exponent_at = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, exponent_at);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first = static_cast<std::int64_t>(std::min(mantissa.find_first_of("123456789"), mantissa.size()));
  const std::int64_t order = first < point ? point - first : point - first + 1;  // 0.x is 0, x is 1
  if (exponent_at == std::string_view::npos) return order <= 0;
  std::string_view text = number.substr(exponent_at + 1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), exponent).ec != std::errc{}) return negative;
  return negative ? order <= exponent : order + exponent <= 0;
}

std::optional<double> parse_unsigned(std::string_view text) noexcept {
  using Limits = std::numeric_limits<double>;
  if (equals_ignoring_case(text, "nan")) return Limits::quiet_NaN();
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) return Limits::infinity();
  // from_chars would also read a second minus sign and "nan(...)".
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;

  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [ptr, error] = std::from_chars(text.data(), end, value, std::chars_format::general);
  if (ptr != end) return std::nullopt;
  // Libraries differ in whether too large and too small are errors, so look at the result as well.
  if (error == std::errc::result_out_of_range) return is_below_one(text) ? std::optional(0.0) : std::nullopt;
  if (error != std::errc{} || std::isinf(value)) return std::nullopt;
  return value;
}

}  // namespace

char* write_number(char* to, double value) noexcept {
  const auto put = [to](std::string_view word) { return to + word.copy(to, word.size()); };
  if (std::isnan(value)) return put("NaN");
  if (std::isinf(value)) return put(value > 0 ? "+Inf" : "-Inf");
  return std::to_chars(to, to + max_number_size, value).ptr;
}

void append_number(std::string& out, double value) {
  std::array<char, max_number_size> buffer;
  out.append(buffer.data(), write_number(buffer.data(), value));
}

std::optional<double> parse_number(std::string_view text) noexcept {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  auto value = parse_unsigned(text);
  if (value && negative) value = -*value;
  return value;
}

std::optional<std::uint64_t> parse_whole_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [ptr, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || ptr != end) return std::nullopt;
  return number;
}

}  // namespace oneshot
