// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot::event {

/// Appends one sample line, newline included: `events_to_metrics{type="deploy"} 1`. `labels` is
/// Event::labels, `timestamp_ms` milliseconds since 1970 UTC (one before that is written as 0: Prometheus
/// knows no sign there).
void append_sample_line(std::string& out, std::string_view metric, std::string_view labels, double value,
                        std::optional<std::int64_t> timestamp_ms = {});

/// How many bytes append_sample_line would append. A long scrape is measured first, for its Content-Length,
/// and written in pieces later, so this must agree to the byte.
[[nodiscard]] std::size_t sample_line_length(std::string_view metric, std::string_view labels, double value,
                                             std::optional<std::int64_t> timestamp_ms = {});

}  // namespace oneshot::event
