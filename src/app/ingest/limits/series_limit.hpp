// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "app/ingest/limits/label_values.hpp"
#include "app/ingest/limits/recent_series.hpp"
#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "event/event.hpp"

namespace oneshot::app {

/// How many different series may come in within an hour. A series that has come within the last hour goes on, whatever
/// else comes; a new one is refused while there are as many as there may be. (VictoriaMetrics'
/// -storage.maxHourlySeries begins anew each hour: after each one a script that runs away can shut the others out.)
///
/// Shared by all workers, any thread: a lock, which a worker takes once a minute for each series (RecentSeries).
/// Memory: up to 32 bytes a series, and LabelValues.
class SeriesLimit {
 public:
  /// There are as many series as there may be.
  struct SeriesError {
    std::size_t at = 0;         ///< the first event that would be one too many
    std::string label;          ///< the label of that event with the most values; empty: too many names to say
    std::uint64_t values = 0;   ///< about so many, within one to two hours
    unsigned wait_seconds = 0;  ///< before then no series can make room
  };
  /// Lets all of them in, or none.
  [[nodiscard]] Result<void, SeriesError> admit(std::span<const event::Event> events, std::size_t max, SteadyTime now,
                                                RecentSeries& recent);
  /// How many different series came within the last hour; 0 where nobody asked for a limit.
  [[nodiscard]] std::size_t count(SteadyTime now);

 private:
  static constexpr std::uint64_t window_minutes = 60;

  [[nodiscard]] SeriesWord word_of(const event::Event& event, std::uint64_t minute) const noexcept;
  Result<void, SeriesError> admit_locked(std::span<const event::Event> events, std::size_t max, SteadyTime now,
                                         RecentSeries& recent);
  /// Lets what is older than an hour go. Nothing before `minute_` is ever asked for again.
  void advance(std::uint64_t minute);
  void forget_all(std::uint64_t minute);
  /// The place of the series, or the one that it gets.
  [[nodiscard]] std::size_t find(SeriesWord series) const noexcept;
  [[nodiscard]] bool lives(SeriesWord series) const noexcept {
    return !series.none() && series.age(minute_) < window_minutes;
  }
  [[nodiscard]] std::uint32_t& came_in(std::uint64_t minute) noexcept { return came_[minute % window_minutes]; }
  /// True if the series is known, which counts from now on as of this minute.
  bool refresh(SeriesWord series) noexcept;
  void insert(SeriesWord series);
  void remove(SeriesWord series) noexcept;
  void rebuild();
  [[nodiscard]] SeriesError refuse(std::span<const event::Event> events, std::size_t at, SteadyTime now);

  Seed seed_ = random_seed();
  std::mutex mutex_;
  std::vector<SeriesWord> table_;  // open, probed in line; what is too old stays until it is built anew
  std::size_t used_ = 0;           // places that are not none
  std::size_t live_ = 0;
  std::uint64_t minute_ = 0;
  std::array<std::uint32_t, window_minutes> came_{};  // how many series came last in each minute of the last hour
  LabelValues label_values_;
};

}  // namespace oneshot::app
