// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot {

/// The shortest decimal form that reads back as the same double, as Prometheus' text format takes it: `3`,
/// `0.1`, `1e+22`, `-0`, `NaN`, `+Inf`, `-Inf`.
void append_number(std::string& out, double value);

/// The whole text as a decimal floating-point number with optional sign, or NaN, Inf, Infinity in any case
/// with optional sign. No blanks, no hexadecimal, no digit separators. Nothing too for a number that a double
/// cannot hold and would turn into infinity (1e999) or zero (1e-999).
[[nodiscard]] std::optional<double> parse_number(std::string_view text) noexcept;

/// The whole text as a decimal number without sign and blanks; nothing for one that does not fit either.
[[nodiscard]] std::optional<std::uint64_t> parse_whole_number(std::string_view text) noexcept;

}  // namespace oneshot
