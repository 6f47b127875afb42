// SPDX-License-Identifier: MIT
#include "app/scrape/measure.hpp"

#include <cstdint>

namespace oneshot::app {

std::unique_ptr<EventText> event_text(const Scrape& scrape, const queue::Batch& events) {
  const Services& services = scrape.context.services;
  if (!services.queue.explicit_timestamps()) return merged_event_text(events, *scrape.options, scrape.format);
  const std::int64_t now = services.clock.unix_ms();
  if (scrape.format.groups_series()) return grouped_event_text(events, *scrape.options, scrape.format, now);
  return timed_event_text(events, *scrape.options, scrape.format, now);
}

asio::awaitable<bool> measure(const Scrape& scrape, EventText& text, const SharedLease& lease,
                              delivery::Waiting& waiting) {
  while (text.measure_next()) {
    co_await waiting.yield();
    if (scrape.worth.is_over(scrape.deadline, lease.get())) co_return false;
  }
  co_return true;
}

}  // namespace oneshot::app
