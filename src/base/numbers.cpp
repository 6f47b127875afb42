// SPDX-License-Identifier: MIT
#include "base/numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/text.hpp"

namespace oneshot {

namespace {

std::optional<double> parse_unsigned(std::string_view text) noexcept {
  using Limits = std::numeric_limits<double>;
  if (equals_ignoring_case(text, "nan")) return Limits::quiet_NaN();
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) return Limits::infinity();
  // from_chars would also read a second minus sign and "nan(...)".
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;

  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [ptr, error] = std::from_chars(text.data(), end, value, std::chars_format::general);
  // Libraries differ in whether too large and too small are errors, so look at the result as well.
  if (error != std::errc{} || ptr != end || std::isinf(value)) return std::nullopt;
  if (value == 0) {
    const auto mantissa = text.substr(0, text.find_first_of("eE"));
    if (mantissa.find_first_of("123456789") != std::string_view::npos) return std::nullopt;
  }
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
