// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace oneshot::exposition {

enum class MetricType : std::uint8_t { counter, gauge };

/// The value is as it was meant; the writer escapes it.
struct Label {
  std::string_view name;
  std::string_view value;
};

/// A label set that was rendered before, as it stands between the braces: `service="checkout",type="deploy"`.
struct LabelText {
  std::string_view text;
};

/// Whole numbers are written digit by digit up to 2^64 - 1, all others in their shortest round-trip form.
class SampleValue {
 public:
  SampleValue(double value) noexcept : real_(value) {  // NOLINT(google-explicit-constructor)
    // Nearly all events have a value of 1 and small counts of it. Up to here the digits are the shortest form, which
    // need not be searched for; 100000 is 1e+05.
    if (!(value >= 1 && value <= 99'999)) return;
    whole_ = static_cast<std::uint64_t>(value);
    is_whole_ = static_cast<double>(whole_) == value;
  }
  SampleValue(std::integral auto value)  // NOLINT(google-explicit-constructor)
      : real_(static_cast<double>(value)),
        whole_(static_cast<std::uint64_t>(value)),
        is_whole_(std::unsigned_integral<decltype(value)> || real_ >= 0) {}

 private:
  friend class TextWriter;
  double real_ = 0;
  std::uint64_t whole_ = 0;
  bool is_whole_ = false;
};

/// Milliseconds since 1970 UTC.
using Timestamp = std::optional<std::int64_t>;

/// Writes the text format line by line behind what `out` holds already. Names are the program's own or were
/// checked before: the writer takes them as they are.
class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out) {}

  /// The HELP and TYPE lines. Once for each family, and directly before its samples.
  void family(std::string_view name, MetricType type, std::string_view help);

  /// One line. Prometheus' lexer knows digits only in a timestamp, so one before 1970 is written as 0.
  void sample(std::string_view name, LabelText labels, SampleValue value, Timestamp timestamp = {});
  /// The same; each label name at most once.
  void sample(std::string_view name, std::initializer_list<Label> labels, SampleValue value, Timestamp timestamp = {});
  void sample(std::string_view name, SampleValue value) { sample(name, LabelText{}, value); }

 private:
  void end_of_sample(SampleValue value, Timestamp timestamp);

  std::string& out_;
};

}  // namespace oneshot::exposition
