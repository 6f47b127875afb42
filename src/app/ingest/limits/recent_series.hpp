// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace oneshot::app {

/// A series as the limit on series knows it: 48 bits of a hash, beside the minute in which the series came last. Two
/// series are taken for one as rarely as 48 bits are equal; then one too many is let in.
class SeriesWord {
 public:
  SeriesWord() = default;  ///< none
  SeriesWord(std::uint64_t hash, std::uint64_t minute) noexcept
      : word_(((hash | std::uint64_t{1} << minute_bits) & ~minute_mask) | (minute & minute_mask)) {}

  [[nodiscard]] bool none() const noexcept { return word_ == 0; }
  [[nodiscard]] bool same_series(SeriesWord other) const noexcept { return (word_ ^ other.word_) <= minute_mask; }
  /// Minutes since then; `minute` is never before.
  [[nodiscard]] std::uint64_t age(std::uint64_t minute) const noexcept { return (minute - word_) & minute_mask; }
  [[nodiscard]] SeriesWord as_of(std::uint64_t minute) const noexcept { return {word_, minute}; }
  /// For a table of a power of two of places, two at least.
  [[nodiscard]] std::size_t place(std::size_t places) const noexcept { return word_ >> (std::countl_zero(places) + 1); }
  friend bool operator==(const SeriesWord&, const SeriesWord&) = default;

 private:
  static constexpr unsigned minute_bits = 16;
  static constexpr std::uint64_t minute_mask = (std::uint64_t{1} << minute_bits) - 1;
  std::uint64_t word_ = 0;
};

/// What a worker knows of the series that it has let in within this minute, so that most events need no look into the
/// table of all workers. One for each worker. No memory before the first series, then 8 KiB.
class RecentSeries {
 public:
  [[nodiscard]] bool has(SeriesWord series) const noexcept {
    return !words_.empty() && words_[series.place(places)] == series;
  }
  void note(SeriesWord series) {
    if (words_.empty()) words_.resize(places);
    words_[series.place(places)] = series;
  }

 private:
  static constexpr std::size_t places = 1024;
  std::vector<SeriesWord> words_;
};

}  // namespace oneshot::app
