// SPDX-License-Identifier: MIT
#include "app/ingest/storing/stored_series.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace oneshot::app {

// A duplicate begins no series of a counter.
StoredSeries::StoredSeries(Context& context, const queue::StoredAll& appended)
    : counters_(context.event_counters), client_(context.client_number) {
  if (counters_->config().families.empty()) return;
  const std::span<const event::Event> events = context.batch.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_duplicate = std::ranges::binary_search(appended.duplicates_at, i);
    series_.push_back(is_duplicate ? nullptr : counters_->series_of(context.worker, events[i]));
  }
}

void StoredSeries::count(const queue::StoredAll& all) const noexcept {
  const auto is_in = [](const std::vector<std::size_t>& places, std::size_t i) {
    return std::ranges::binary_search(places, i);
  };
  for (std::size_t i = 0; i < series_.size(); ++i)
    if (!is_in(all.duplicates_at, i) && !is_in(all.reused_at, i)) EventCounters::count(series_[i]);
  if (client_ != nullptr) Counters::increase(*client_, all.stored);
}

}  // namespace oneshot::app
