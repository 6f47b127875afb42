// SPDX-License-Identifier: MIT
#include "exposition/openmetrics_format.hpp"

#include <algorithm>
#include <charconv>

#include "base/numbers.hpp"
#include "exposition/escape.hpp"

namespace oneshot::exposition {

namespace {

class OpenMetricsFormat final : public Format {
 public:
  [[nodiscard]] std::string_view content_type() const noexcept override {
    return "application/openmetrics-text; version=1.0.0; charset=utf-8";
  }
  [[nodiscard]] bool groups_series() const noexcept override { return true; }
  [[nodiscard]] std::string_view end() const noexcept override { return "# EOF\n"; }

  void append_family(std::string& out, std::string_view name, MetricType type, std::string_view help) const override {
    constexpr std::string_view of_counters = "_total";
    std::string_view type_name = type == MetricType::summary ? "summary" : "gauge";
    if (type == MetricType::counter) {
      const bool is_named_so = name.ends_with(of_counters);
      type_name = is_named_so ? "counter" : "unknown";
      if (is_named_so) name.remove_suffix(of_counters.size());
    }
    out.append("# HELP ").append(name).push_back(' ');
    append_label_value(out, help);  // here a quote is escaped in HELP as well
    out.append("\n# TYPE ").append(name).append(" ").append(type_name).push_back('\n');
  }

  void append_comment(std::string&, std::string_view) const override {}

  [[nodiscard]] std::size_t padding_place(std::string_view text, PaddingPlaces places) const noexcept override {
    return text.find('\n', places.last_family);
  }
  [[nodiscard]] std::string padding(std::size_t bytes) const override { return std::string(bytes, ' '); }

 protected:
  [[nodiscard]] std::size_t timestamp_size(std::int64_t unix_ms) const noexcept override {
    if (has_usual_size(unix_ms)) return usual_digits_of_seconds + point_and_milliseconds;
    std::size_t digits = 1;
    for (std::int64_t seconds = unix_ms / 1000; seconds >= 10; seconds /= 10) ++digits;
    return digits + point_and_milliseconds;
  }

  char* write_timestamp(char* to, std::int64_t unix_ms) const noexcept override {
    const auto digits = static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms, 0));
    if (has_usual_size(unix_ms))
      to = write_digits(to, digits / 1000, usual_digits_of_seconds);
    else
      to = std::to_chars(to, to + max_timestamp_size - point_and_milliseconds, digits / 1000).ptr;
    *to++ = '.';
    return write_digits(to, digits % 1000, 3);
  }

 private:
  static constexpr std::size_t usual_digits_of_seconds = 10;
  static constexpr std::size_t point_and_milliseconds = 4;
};

}  // namespace

const Format& openmetrics_format() noexcept {
  static const OpenMetricsFormat format;
  return format;
}

}  // namespace oneshot::exposition
