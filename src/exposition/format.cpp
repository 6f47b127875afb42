// SPDX-License-Identifier: MIT
#include "exposition/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/numbers.hpp"
#include "exposition/label_text.hpp"

namespace oneshot::exposition {

namespace {

constexpr std::size_t max_whole_size = std::numeric_limits<std::uint64_t>::digits10 + 1;
constexpr std::size_t max_value_size = std::max(max_number_size, max_whole_size);

char* write(char* to, std::string_view text) noexcept { return to + text.copy(to, text.size()); }

char* write_begin_of_sample(char* to, std::string_view name, LabelText labels) noexcept {
  to = write(to, name);
  if (labels.text.empty()) return to;
  *to++ = '{';
  to = write(to, labels.text);
  *to++ = '}';
  return to;
}

}  // namespace

std::size_t Format::max_line_size(std::string_view name, LabelText labels) noexcept {
  constexpr std::size_t punctuation = 5;  // two braces, two blanks, newline
  return name.size() + labels.text.size() + punctuation + max_value_size + max_timestamp_size;
}

void Format::append_sample(std::string& out, std::string_view name, LabelText labels, SampleValue value,
                           Timestamp timestamp) const {
  // The string is asked for room once for all of a line, and told its end.
  const std::size_t before = out.size();
  out.resize(before + max_line_size(name, labels));
  char* const labels_end = write_begin_of_sample(out.data() + before, name, labels);
  char* const end = write_end_of_sample(labels_end, value, timestamp);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::size_t Format::append_samples(std::string& out, std::string_view name, std::span<const SampleLine> lines,
                                   std::size_t until) const {
  constexpr std::size_t most_room = 1024;  // resize() fills it with zeros, in the nearest cache
  const std::size_t before = out.size();
  const std::size_t stop = std::min(until, before + most_room);
  std::size_t room = before;
  std::size_t count = 0;
  do {
    room += max_line_size(name, lines[count].labels);
    ++count;
  } while (count < lines.size() && room < stop);
  out.resize(room);
  char* at = out.data() + before;
  for (const SampleLine& line : lines.first(count)) {
    at = write_begin_of_sample(at, name, line.labels);
    at = write_end_of_sample(at, line.value, line.timestamp);
  }
  out.resize(static_cast<std::size_t>(at - out.data()));
  return count;
}

void Format::append_sample(std::string& out, std::string_view name, std::initializer_list<Label> labels,
                           SampleValue value, Timestamp timestamp) const {
  out.append(name);
  char before = '{';
  for (const Label& label : labels) {
    out.push_back(before);
    append_label(out, label.name, label.value);
    before = ',';
  }
  if (labels.size() > 0) out.push_back('}');
  append_sample(out, {}, LabelText{}, value, timestamp);
}

std::size_t Format::any_value_size(double value) noexcept {
  std::array<char, max_number_size> digits;
  return static_cast<std::size_t>(write_number(digits.data(), value) - digits.data());
}

char* Format::write_end_of_sample(char* to, SampleValue value, Timestamp timestamp) const noexcept {
  *to++ = ' ';
  if (value.is_whole_ && value.whole_ < 10)
    *to++ = static_cast<char>('0' + value.whole_);  // nearly all
  else
    to = value.is_whole_ ? std::to_chars(to, to + max_whole_size, value.whole_).ptr : write_number(to, value.real_);
  if (timestamp) {
    *to++ = ' ';
    to = write_timestamp(to, *timestamp);
  }
  *to++ = '\n';
  return to;
}

}  // namespace oneshot::exposition
