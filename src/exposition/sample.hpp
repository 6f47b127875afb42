// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

/// The parts of families and samples, apart from any format.
namespace oneshot::exposition {

/// A summary has no quantiles here: its samples are NAME_sum and NAME_count.
enum class MetricType : std::uint8_t { counter, gauge, summary };

/// The value is as it was meant; the format escapes it.
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
  friend class Format;
  double real_ = 0;
  std::uint64_t whole_ = 0;
  bool is_whole_ = false;
};

/// Milliseconds since 1970 UTC.
using Timestamp = std::optional<std::int64_t>;

/// What stands behind the name in a sample line.
struct SampleLine {
  LabelText labels;
  double value = 0;
  Timestamp timestamp{};
};

}  // namespace oneshot::exposition
