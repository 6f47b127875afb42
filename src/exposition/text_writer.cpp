// SPDX-License-Identifier: MIT
#include "exposition/text_writer.hpp"

#include <algorithm>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "exposition/escape.hpp"

namespace oneshot::exposition {

void SampleValue::append_to(std::string& out) const {
  if (is_whole_) {
    append_unsigned(out, whole_);
  } else {
    append_number(out, real_);
  }
}

void TextWriter::family(std::string_view name, MetricType type, std::string_view help) {
  out_.append("# HELP ").append(name).push_back(' ');
  append_help(out_, help);
  out_.append("\n# TYPE ").append(name).append(type == MetricType::counter ? " counter\n" : " gauge\n");
}

void TextWriter::sample(std::string_view name, LabelText labels, SampleValue value, Timestamp timestamp) {
  out_.append(name);
  if (!labels.text.empty()) {
    out_.push_back('{');
    out_.append(labels.text).push_back('}');
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
  out_.push_back(' ');
  value.append_to(out_);
  if (timestamp) {
    out_.push_back(' ');
    append_unsigned(out_, static_cast<std::uint64_t>(std::max<std::int64_t>(*timestamp, 0)));
  }
  out_.push_back('\n');
}

}  // namespace oneshot::exposition
