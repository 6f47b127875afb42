// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "app/scrape/text/shown_events.hpp"
#include "event/series_index.hpp"
#include "queue/batch.hpp"

namespace oneshot::app {

/// The times that a batch's events go out with, asked for each in order: none is older than timestamp_max_age allows,
/// since Prometheus might refuse such a one. The log keeps times ascending within a series; only series that had an
/// event lifted to the oldest time can get out of order by that, so only those are remembered, and each later event of
/// theirs goes at least 1 ms behind. `events` must outlive this.
class ClampedTimestamps {
 public:
  /// `oldest`: in Unix milliseconds.
  ClampedTimestamps(const ShownEvents& events, std::int64_t oldest) : events_(events), oldest_(oldest) {}

  /// Again from the first event on, with the same result.
  void begin_again() { std::fill(latest_.begin(), latest_.end(), none); }

  /// These are asked for next.
  void expect(std::span<const queue::BatchSample> events) const {
    if (latest_.empty()) return;
    for (const queue::BatchSample& event : events) lifted_.expect(event.series_hash);
  }

  std::int64_t next(const queue::BatchSample& event) {
    const bool is_old = event.unix_ms < oldest_;
    if (!is_old && latest_.empty()) return event.unix_ms;
    return is_old ? lift(event) : behind_lifted(event);
  }

 private:
  std::int64_t lift(const queue::BatchSample& event);
  std::int64_t behind_lifted(const queue::BatchSample& event);
  std::int64_t ascend(std::size_t series, std::int64_t unix_ms) {
    return latest_[series] = std::max(unix_ms, latest_[series] + 1);
  }

  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

  const ShownEvents& events_;
  std::int64_t oldest_;
  event::SeriesIndex lifted_;         // the series of old events
  std::vector<std::int64_t> latest_;  // of each of them the last time given; none before its first old event
};

}  // namespace oneshot::app
