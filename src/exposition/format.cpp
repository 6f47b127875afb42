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

}  // namespace

void Format::append_sample(std::string& out, std::string_view name, LabelText labels, SampleValue value,
                           Timestamp timestamp) const {
  // A batch has a million of these: the string is asked for room once for all of a line, and told its end.
  constexpr std::size_t punctuation = 5;  // two braces, two blanks, newline
  const std::size_t before = out.size();
  out.resize(before + name.size() + labels.text.size() + punctuation + max_value_size + max_timestamp_size);
  char* at = out.data() + before;
  at += name.copy(at, name.size());
  if (!labels.text.empty()) {
    *at++ = '{';
    at += labels.text.copy(at, labels.text.size());
    *at++ = '}';
  }
  at = write_end_of_sample(at, value, timestamp);
  out.resize(static_cast<std::size_t>(at - out.data()));
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
  to = value.is_whole_ ? std::to_chars(to, to + max_whole_size, value.whole_).ptr : write_number(to, value.real_);
  if (timestamp) {
    *to++ = ' ';
    to = write_timestamp(to, *timestamp);
  }
  *to++ = '\n';
  return to;
}

}  // namespace oneshot::exposition
