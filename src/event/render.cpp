// SPDX-License-Identifier: MIT
#include "event/render.hpp"

#include <algorithm>

#include "base/numbers.hpp"
#include "exposition/text_writer.hpp"

namespace oneshot::event {

namespace {

std::size_t number_length(double value) {
  // Nearly all events have a value of 1 and small counts of it.
  if (value >= 1 && value <= 9 && value == static_cast<int>(value)) return 1;
  std::string text;
  append_number(text, value);
  return text.size();
}

std::size_t timestamp_length(std::int64_t ms) {
  std::size_t digits = 1;
  for (; ms >= 10; ms /= 10) ++digits;
  return digits;
}

}  // namespace

void append_sample_line(std::string& out, std::string_view metric, std::string_view labels, double value,
                        std::optional<std::int64_t> timestamp_ms) {
  exposition::TextWriter(out).sample(metric, exposition::LabelText{labels}, value, timestamp_ms);
}

std::size_t sample_line_length(std::string_view metric, std::string_view labels, double value,
                               std::optional<std::int64_t> timestamp_ms) {
  const std::size_t braces = labels.empty() ? 0 : 2;
  const std::size_t time = timestamp_ms ? 1 + timestamp_length(*timestamp_ms) : 0;
  const std::size_t blank_and_newline = 2;
  return metric.size() + braces + labels.size() + number_length(value) + time + blank_and_newline;
}

}  // namespace oneshot::event
