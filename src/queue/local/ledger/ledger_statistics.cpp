// SPDX-License-Identifier: MIT
#include "queue/local/ledger/ledger_statistics.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace oneshot::queue {
namespace {

/// The age of the oldest event that this scraper has not got. For the holder of the lock, with all events counted.
double oldest_waiting_seconds(const Ledger& ledger, const Scraper& scraper, std::int64_t now_ms) {
  if (scraper.cursor().events >= ledger.table.counted_end().events) return 0;
  const std::int64_t age_ms = now_ms - ledger.first_stored_ms(scraper.cursor());
  return static_cast<double>(std::max<std::int64_t>(age_ms, 0)) / 1000;
}

/// Likewise.
HistoryStatistics history_of(const Ledger& ledger) {
  const event_log::Offset from = ledger.table.readable_from();
  const event_log::Offset& end = ledger.table.counted_end();
  HistoryStatistics history{.seconds = std::chrono::duration_cast<std::chrono::seconds>(ledger.options.history).count(),
                            .events = end.events - from.events,
                            .bytes = ledger.table.lowest_needed().bytes - from.bytes};
  if (history.events > 0) history.from_unix_ms = ledger.first_stored_ms(from);
  return history;
}

}  // namespace

QueueStatistics statistics_of(Ledger& ledger, std::int64_t now_ms) {
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
                                   .dropped_skipped = scraper.dropped_skipped,
                                   .replayed = scraper.replayed,
                                   .proofs_given_up = scraper.proofs_given_up,
                                   .oldest_waiting_seconds = oldest_waiting_seconds(ledger, scraper, now_ms),
                                   .last_scrape_unix_ms = scraper.last_scrape_unix_ms,
                                   .batches = scraper.batches,
                                   .last_batch = scraper.last_batch});
  }
  statistics.dropped_forgotten.assign(ledger.losses.forgotten().begin(), ledger.losses.forgotten().end());
  ledger.table.count_unclaimed();
  statistics.unclaimed = ledger.losses.unclaimed();
  statistics.held = ledger.table.held();
  statistics.kept = ledger.table.kept();
  statistics.max_scrapers = ledger.options.max_unnamed + statistics.scrapers.size() - ledger.table.unnamed();
  statistics.displaced = ledger.table.displaced();
  statistics.used_bytes = ledger.log.tail() - ledger.table.needed_from();
  statistics.history = history_of(ledger);
  statistics.capacity_bytes = ledger.log.capacity();
  statistics.leases_ended = ledger.room.ended();
  statistics.sender_share = ledger.sender_share.load(std::memory_order_relaxed);
  statistics.type_share = ledger.type_share.load(std::memory_order_relaxed);
  statistics.in_file = ledger.storage != nullptr;
  statistics.failed = ledger.storage != nullptr && ledger.storage->failed();
  if (ledger.flusher != nullptr) {
    const storage::Flusher::Flushes flushes = ledger.flusher->flushes();
    statistics.flushes = flushes.count;
    statistics.flush_seconds = std::chrono::duration<double>(flushes.took).count();
  }
  return statistics;
}

}  // namespace oneshot::queue
