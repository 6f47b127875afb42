// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot {

/// The shortest decimal form that reads back as the same double, as Prometheus' text format takes it: `3`,
/// `0.1`, `1e+22`, `-0`, `NaN`, `+Inf`, `-Inf`.
void append_number(std::string& out, double value);
/// The same into a buffer of `max_number_size` bytes or more; returns the end.
char* write_number(char* to, double value) noexcept;
inline constexpr std::size_t max_number_size = 24;  ///< -2.2250738585072014e-308

/// Exactly so many digits, zeros in front, of a number that has no more; returns the end. For what always has as many:
/// std::to_chars() counts them first.
inline char* write_digits(char* to, std::uint64_t number, std::size_t digits) noexcept {
  std::size_t left = digits;
  for (; left >= 2; number /= 100) {
    left -= 2;
    to[left + 1] = static_cast<char>('0' + number % 10);
    to[left] = static_cast<char>('0' + number / 10 % 10);
  }
  if (left == 1) to[0] = static_cast<char>('0' + number % 10);
  return to + digits;
}

/// The whole text as a decimal floating-point number with optional sign, or NaN, Inf, Infinity in any case
/// with optional sign. No blanks, no hexadecimal, no digit separators. What is too small for a double (1e-999) is 0
/// with its sign; nothing for what is too large and would turn into infinity (1e999).
[[nodiscard]] std::optional<double> parse_number(std::string_view text) noexcept;

/// The whole text as a decimal number without sign and blanks; nothing for one that does not fit either.
[[nodiscard]] std::optional<std::uint64_t> parse_whole_number(std::string_view text) noexcept;

}  // namespace oneshot
