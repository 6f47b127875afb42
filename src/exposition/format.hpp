// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "exposition/sample.hpp"

namespace oneshot::exposition {

/// Where a text that begins with a comment and ends with the lines of a family can take padding.
struct PaddingPlaces {
  std::size_t behind_comment = 0;
  std::size_t last_family = 0;  ///< where its HELP begins
};

/// A format in which metrics go out, to the byte: one that its readers do not expect fails the whole scrape, with
/// everything in it. Stateless, so any number of threads may use one. Names are the program's own or were checked
/// before: a format takes them as they are.
///
/// Virtual is what formats differ in. Sample lines are alike but for the timestamp, so these functions are not virtual:
/// a scrape measures and writes a million lines, and pays the indirect call for a timestamp only. The format as a
/// template argument would save that call too, but would compile everything above once for each format.
class Format {
 public:
  Format() = default;
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;
  virtual ~Format() = default;

  /// The media type with its parameters, of static storage.
  [[nodiscard]] virtual std::string_view content_type() const noexcept = 0;
  /// Readers want all samples of a series together; without timestamps each has one, and it makes no difference.
  [[nodiscard]] virtual bool groups_series() const noexcept = 0;
  /// The line that ends every text; empty where the format has none. Of static storage.
  [[nodiscard]] virtual std::string_view end() const noexcept = 0;

  /// The HELP and TYPE lines. Once for each family, and directly before its samples.
  virtual void append_family(std::string& out, std::string_view name, MetricType type, std::string_view help) const = 0;
  /// One line for people, without newline in it. A format whose readers refuse comments leaves the line out.
  virtual void append_comment(std::string& out, std::string_view text) const = 0;
  /// Where in `text` padding goes, which no reader shows anybody: at the one of the two places that the format has for
  /// it. app/scrape/scrape_body.hpp says why one pads.
  [[nodiscard]] virtual std::size_t padding_place(std::string_view text, PaddingPlaces places) const noexcept = 0;
  /// Padding of at least `bytes`, and as little more as the format can.
  [[nodiscard]] virtual std::string padding(std::size_t bytes) const = 0;

  /// One sample line, newline included: `events_to_metrics{type="deploy"} 1`.
  void append_sample(std::string& out, std::string_view name, LabelText labels, SampleValue value,
                     Timestamp timestamp = {}) const;
  /// The same; each label name at most once.
  void append_sample(std::string& out, std::string_view name, std::initializer_list<Label> labels, SampleValue value,
                     Timestamp timestamp = {}) const;

  /// append_sample() for the first of these lines: for one at least, for as many as are cheap to write at once, and
  /// none is begun where `out` has `until` bytes. Returns for how many. `lines` are not none.
  std::size_t append_samples(std::string& out, std::string_view name, std::span<const SampleLine> lines,
                             std::size_t until) const;

  /// How many bytes append_sample() appends. A long scrape is measured first, for its Content-Length, and written in
  /// pieces later, so this agrees to the byte.
  [[nodiscard]] std::size_t sample_size(std::string_view name, LabelText labels, double value,
                                        Timestamp timestamp = {}) const noexcept {
    return frame_size(name, labels, timestamp) + value_size(value);
  }
  /// The part of sample_size() that is not the value's: for values that are not known yet.
  [[nodiscard]] std::size_t frame_size(std::string_view name, LabelText labels,
                                       Timestamp timestamp = {}) const noexcept {
    const std::size_t braces = labels.text.empty() ? 0 : 2;
    const std::size_t time = timestamp ? 1 + timestamp_size(*timestamp) : 0;
    constexpr std::size_t blank_and_newline = 2;
    return name.size() + braces + labels.text.size() + time + blank_and_newline;
  }
  [[nodiscard]] static std::size_t value_size(double value) noexcept {
    // Nearly all events have a value of 1 and small counts of it.
    if (value >= 1 && value <= 9 && value == static_cast<int>(value)) return 1;
    return any_value_size(value);
  }

 protected:
  static constexpr std::size_t max_timestamp_size = 24;  ///< 64 bits have 20 digits; a sign, a point

  /// From 2001 to 2286 all have as many digits.
  [[nodiscard]] static bool has_usual_size(std::int64_t unix_ms) noexcept {
    return unix_ms >= 1'000'000'000'000 && unix_ms < 10'000'000'000'000;
  }
  [[nodiscard]] virtual std::size_t timestamp_size(std::int64_t unix_ms) const noexcept = 0;
  /// Writes timestamp_size() bytes to `to`; returns their end.
  virtual char* write_timestamp(char* to, std::int64_t unix_ms) const noexcept = 0;

 private:
  [[nodiscard]] static std::size_t max_line_size(std::string_view name, LabelText labels) noexcept;
  [[nodiscard]] static std::size_t any_value_size(double value) noexcept;
  char* write_end_of_sample(char* to, SampleValue value, Timestamp timestamp) const noexcept;
};

}  // namespace oneshot::exposition
