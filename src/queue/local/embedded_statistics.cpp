// SPDX-License-Identifier: MIT
// The numbers of an EmbeddedQueue.
#include "queue/statistics.hpp"

#include <algorithm>
#include <mutex>

#include "queue/local/embedded_queue.hpp"

namespace oneshot::queue {
namespace {

/// The age of the oldest event that this scraper has not got. For the holder of the lock, with all events counted.
double oldest_waiting_seconds(const Ledger& ledger, const Scraper& scraper, std::int64_t now_ms) {
  if (scraper.cursor().events >= ledger.table.counted_end().events) return 0;
  std::uint64_t oldest = scraper.cursor().bytes;
  while (ledger.log.record_at(oldest).is_padding()) oldest += ledger.log.record_at(oldest).size();
  const std::int64_t age_ms = now_ms - ledger.clock_steps.time_of(oldest, ledger.log.record_at(oldest).unix_ms);
  return static_cast<double>(std::max<std::int64_t>(age_ms, 0)) / 1000;
}

}  // namespace

QueueStatistics EmbeddedQueue::statistics() const {
  Ledger& ledger = *ledger_;
  const std::int64_t now_ms = ledger.clock.unix_ms();
  QueueStatistics statistics;
  std::unique_lock lock(ledger.mutex);
  ledger.catch_up(lock);
  for (const auto& [name, scraper] : ledger.table.all()) {
    if (scraper.displaced) continue;
    statistics.scrapers.push_back({.name = name,
                                   .named = scraper.named,
                                   .confirmed = scraper.confirmed,
                                   .waiting = scraper.waiting(ledger.table.counted_end()),
                                   .in_flight = scraper.in_flight(),
                                   .delivered = scraper.delivered,
                                   .redelivered = scraper.redelivered,
                                   .given_up = scraper.given_up,
                                   .dropped_full = scraper.dropped_full,
                                   .dropped_damaged = scraper.dropped_damaged,
                                   .dropped_refused = scraper.dropped_refused,
                                   .proofs_given_up = scraper.proofs_given_up,
                                   .oldest_waiting_seconds = oldest_waiting_seconds(ledger, scraper, now_ms),
                                   .last_scrape_unix_ms = scraper.last_scrape_unix_ms});
  }
  statistics.dropped_forgotten.assign(ledger.losses.forgotten().begin(), ledger.losses.forgotten().end());
  ledger.table.count_unclaimed();
  statistics.unclaimed = ledger.losses.unclaimed();
  statistics.held = ledger.table.held();
  statistics.kept = ledger.table.kept();
  statistics.max_scrapers = ledger.options.max_unnamed + statistics.scrapers.size() - ledger.table.unnamed();
  statistics.displaced = ledger.table.displaced();
  statistics.used_bytes = ledger.log.tail() - ledger.table.free_until();
  statistics.capacity_bytes = ledger.log.capacity();
  statistics.leases_ended = ledger.room.ended();
  statistics.sender_share = ledger.sender_share.load(std::memory_order_relaxed);
  statistics.type_share = ledger.type_share.load(std::memory_order_relaxed);
  statistics.in_file = ledger.storage != nullptr;
  statistics.failed = unable_to_store();
  return statistics;
}

}  // namespace oneshot::queue
