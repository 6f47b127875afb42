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

/// The whole text as a decimal floating-point number with optional sign, or NaN, Inf, Infinity in any case
/// with optional sign. No blanks, no hexadecimal, no digit separators. What is too small for a double (1e-999) is 0
/// with its sign; nothing for what is too large and would turn into infinity (1e999).
[[nodiscard]] std::optional<double> parse_number(std::string_view text) noexcept;

/// The whole text as a decimal number without sign and blanks; nothing for one that does not fit either.
[[nodiscard]] std::optional<std::uint64_t> parse_whole_number(std::string_view text) noexcept;

}  // namespace oneshot
