// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot::ctl {

/// A duration as Prometheus writes it (model.ParseDuration of prometheus/common): "15s", "1h30m", "250ms", "2d", "1w",
/// "1y", "0"; each unit once, the larger ones first. Nothing for any other text, and for more than 290 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// For people, in the largest unit or two: "250 ms", "4 s", "2 min 5 s", "3 h", "2 d 4 h".
[[nodiscard]] std::string duration_in_words(std::chrono::milliseconds duration);

}  // namespace oneshot::ctl
