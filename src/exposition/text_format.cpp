// SPDX-License-Identifier: MIT
#include "exposition/text_format.hpp"

#include <algorithm>
#include <charconv>

#include "base/numbers.hpp"
#include "exposition/escape.hpp"

namespace oneshot::exposition {

namespace {

class TextFormat final : public Format {
 public:
  [[nodiscard]] std::string_view content_type() const noexcept override {
    return "text/plain; version=0.0.4; charset=utf-8";
  }
  [[nodiscard]] bool groups_series() const noexcept override { return false; }
  [[nodiscard]] std::string_view end() const noexcept override { return {}; }

  void append_family(std::string& out, std::string_view name, MetricType type, std::string_view help) const override {
    out.append("# HELP ").append(name).push_back(' ');
    append_help(out, help);
    const std::string_view type_name = type == MetricType::counter   ? " counter\n"
                                       : type == MetricType::summary ? " summary\n"
                                                                     : " gauge\n";
    out.append("\n# TYPE ").append(name).append(type_name);
  }

  void append_comment(std::string& out, std::string_view text) const override {
    out.append("# ").append(text).push_back('\n');
  }

  [[nodiscard]] std::size_t padding_place(std::string_view, PaddingPlaces places) const noexcept override {
    return places.behind_comment;
  }

  /// One comment line of blanks.
  [[nodiscard]] std::string padding(std::size_t bytes) const override {
    constexpr std::size_t shortest = 2;  // a hash and a newline
    std::string line(std::max(bytes, shortest), ' ');
    line.front() = '#';
    line.back() = '\n';
    return line;
  }

 protected:
  [[nodiscard]] std::size_t timestamp_size(std::int64_t unix_ms) const noexcept override {
    if (has_usual_size(unix_ms)) return usual_timestamp_size;
    std::size_t digits = 1;
    for (; unix_ms >= 10; unix_ms /= 10) ++digits;
    return digits;
  }

  char* write_timestamp(char* to, std::int64_t unix_ms) const noexcept override {
    if (has_usual_size(unix_ms)) return write_digits(to, static_cast<std::uint64_t>(unix_ms), usual_timestamp_size);
    const auto digits = static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms, 0));
    return std::to_chars(to, to + max_timestamp_size, digits).ptr;
  }

 private:
  static constexpr std::size_t usual_timestamp_size = 13;
};

}  // namespace

const Format& text_format() noexcept {
  static const TextFormat format;
  return format;
}

}  // namespace oneshot::exposition
