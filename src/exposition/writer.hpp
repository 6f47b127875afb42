// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "exposition/format.hpp"

namespace oneshot::exposition {

/// Writes families and samples in one format behind what `out` holds already.
class Writer {
 public:
  Writer(std::string& out, const Format& format) : out_(out), format_(format) {}

  void family(std::string_view name, MetricType type, std::string_view help) {
    format_.append_family(out_, name, type, help);
  }
  void sample(std::string_view name, std::initializer_list<Label> labels, SampleValue value) {
    format_.append_sample(out_, name, labels, value);
  }
  void sample(std::string_view name, LabelText labels, SampleValue value) {
    format_.append_sample(out_, name, labels, value);
  }
  void sample(std::string_view name, SampleValue value) { format_.append_sample(out_, name, LabelText{}, value); }
  /// A family with one sample, without labels.
  void single(std::string_view name, MetricType type, std::string_view help, SampleValue value) {
    family(name, type, help);
    sample(name, value);
  }

 private:
  std::string& out_;
  const Format& format_;
};

}  // namespace oneshot::exposition
