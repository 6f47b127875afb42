// SPDX-License-Identifier: MIT
#include "app/scrape/text/clamped_timestamps.hpp"

#include <cstddef>

namespace oneshot::app {

std::int64_t ClampedTimestamps::lift(const queue::BatchSample& event) {
  if (latest_.empty()) {
    lifted_.reserve(events_.size());
    latest_.reserve(events_.size());
  }
  const std::size_t series = lifted_.add(event.ref, event.series_hash, series_of(event), events_);
  if (series == latest_.size()) latest_.push_back(none);
  if (latest_[series] == none) return latest_[series] = oldest_;
  return ascend(series, event.unix_ms);
}

std::int64_t ClampedTimestamps::behind_lifted(const queue::BatchSample& event) {
  const auto series = lifted_.find(event.series_hash, series_of(event), events_);
  const bool was_lifted = series && latest_[*series] != none;
  return was_lifted ? ascend(*series, event.unix_ms) : event.unix_ms;
}

}  // namespace oneshot::app
