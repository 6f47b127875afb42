// SPDX-License-Identifier: MIT
#include "app/ingest/storing/stored_series.hpp"

#include <cstddef>
#include <span>

namespace oneshot::app {

StoredSeries::StoredSeries(Context& context, const queue::StoredAll& all)
    : counters_(context.event_counters), client_(context.client_number), stored_(all.stored) {
  if (counters_->config().families.empty()) return;
  const std::span<const event::Event> events = context.batch.events();
  auto duplicate = all.duplicates_at.begin();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_duplicate = duplicate != all.duplicates_at.end() && *duplicate == i;
    if (is_duplicate) ++duplicate;
    if (!is_duplicate) series_.push_back(counters_->series_of(context.worker, events[i]));
  }
}

}  // namespace oneshot::app
