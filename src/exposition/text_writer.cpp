// SPDX-License-Identifier: MIT
#include "exposition/text_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "base/numbers.hpp"
#include "exposition/escape.hpp"

namespace oneshot::exposition {

namespace {

// Behind a value of digits stand at most a blank, a timestamp and the end of the line: 20, 1, 19 and 1.
using Tail = std::array<char, 48>;

char* put_unsigned(Tail& tail, char* at, std::uint64_t number) {
  return std::to_chars(at, tail.data() + tail.size(), number).ptr;
}

}  // namespace

void TextWriter::family(std::string_view name, MetricType type, std::string_view help) {
  out_.append("# HELP ").append(name).push_back(' ');
  append_help(out_, help);
  out_.append("\n# TYPE ").append(name).append(type == MetricType::counter ? " counter\n" : " gauge\n");
}

void TextWriter::sample(std::string_view name, LabelText labels, SampleValue value, Timestamp timestamp) {
  // A batch has a million of these: the string grows once for it, and is not asked for room piece by piece.
  const std::size_t braces = labels.text.empty() ? 0 : 2;
  const std::size_t before = out_.size();
  out_.resize(before + name.size() + labels.text.size() + braces);
  char* const to = out_.data() + before;
  name.copy(to, name.size());
  if (braces != 0) {
    to[name.size()] = '{';
    labels.text.copy(to + name.size() + 1, labels.text.size());
    out_.back() = '}';
  }
  end_of_sample(value, timestamp);
}

void TextWriter::sample(std::string_view name, std::initializer_list<Label> labels, SampleValue value,
                        Timestamp timestamp) {
  out_.append(name);
  char before = '{';
  for (const Label& label : labels) {
    out_.push_back(before);
    out_.append(label.name).append("=\"");
    append_label_value(out_, label.value);
    out_.push_back('"');
    before = ',';
  }
  if (labels.size() > 0) out_.push_back('}');
  end_of_sample(value, timestamp);
}

void TextWriter::end_of_sample(SampleValue value, Timestamp timestamp) {
  Tail tail;
  char* at = tail.data();
  *at++ = ' ';
  if (value.is_whole_) {
    at = put_unsigned(tail, at, value.whole_);
  } else {
    out_.push_back(' ');
    append_number(out_, value.real_);
    at = tail.data();
  }
  if (timestamp) {
    *at++ = ' ';
    at = put_unsigned(tail, at, static_cast<std::uint64_t>(std::max<std::int64_t>(*timestamp, 0)));
  }
  *at++ = '\n';
  out_.append(tail.data(), at);
}

}  // namespace oneshot::exposition
