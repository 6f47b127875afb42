// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace oneshot::settings {

/// A duration as Go writes it, "1s", "100ms", "1m30s", "1.5h" (units ns, us, µs, ms, s, m, h), rounded down to
/// nanoseconds; "0" needs no unit. Nothing for what is none, is negative, or does not fit.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text) noexcept;

}  // namespace oneshot::settings
