// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exposition/text_writer.hpp"

namespace oneshot::event {

/// Appends one sample line, newline included: `events_to_metrics{type="deploy"} 1`. `labels` is
/// Event::labels, `timestamp_ms` milliseconds since 1970 UTC (one before that is written as 0: Prometheus
/// knows no sign there).
inline void append_sample_line(std::string& out, std::string_view metric, std::string_view labels, double value,
                               std::optional<std::int64_t> timestamp_ms = {}) {
  exposition::TextWriter(out).sample(metric, exposition::LabelText{labels}, value, timestamp_ms);
}

/// How many bytes of a line are the value's.
[[nodiscard]] inline std::size_t value_length(double value);

/// How many bytes append_sample_line would append. A long scrape is measured first, for its Content-Length,
/// and written in pieces later, so this must agree to the byte.
[[nodiscard]] inline std::size_t sample_line_length(std::string_view metric, std::string_view labels, double value,
                                                    std::optional<std::int64_t> timestamp_ms = {});

namespace render_detail {

[[nodiscard]] std::size_t any_value_length(double value);

inline std::size_t timestamp_length(std::int64_t ms) {
  if (ms >= 1'000'000'000'000 && ms < 10'000'000'000'000) return 13;  // from 2001 to 2286
  std::size_t digits = 1;
  for (; ms >= 10; ms /= 10) ++digits;
  return digits;
}

}  // namespace render_detail

std::size_t value_length(double value) {
  // Nearly all events have a value of 1 and small counts of it.
  if (value >= 1 && value <= 9 && value == static_cast<int>(value)) return 1;
  return render_detail::any_value_length(value);
}

std::size_t sample_line_length(std::string_view metric, std::string_view labels, double value,
                               std::optional<std::int64_t> timestamp_ms) {
  const std::size_t braces = labels.empty() ? 0 : 2;
  const std::size_t time = timestamp_ms ? 1 + render_detail::timestamp_length(*timestamp_ms) : 0;
  const std::size_t blank_and_newline = 2;
  return metric.size() + braces + labels.size() + value_length(value) + time + blank_and_newline;
}

}  // namespace oneshot::event
