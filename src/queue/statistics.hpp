// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "queue/batch_record.hpp"
#include "queue/cluster_statistics.hpp"

namespace oneshot::queue {

/// One scraper's numbers at one moment; the names are those of the own metrics.
struct ScraperStatistics {
  std::string name;
  bool named = false;           ///< listed in `names`
  bool confirmed = false;       ///< asked what became of its batches, see Options::confirmed
  std::uint64_t waiting = 0;    ///< accepted, and not yet in a batch of this scraper
  std::uint64_t in_flight = 0;  ///< in a batch whose receipt is not known yet
  std::uint64_t delivered = 0;
  std::uint64_t redelivered = 0;  ///< events of batches sent again
  std::uint64_t given_up = 0;     ///< of those delivered: sent alone several times, never read to the end
  std::uint64_t dropped_full = 0;
  std::uint64_t dropped_damaged = 0;
  std::uint64_t dropped_refused = 0;  ///< the scraper took all others, but never one of these
  std::uint64_t dropped_skipped = 0;  ///< see Queue::skip()
  std::uint64_t replayed = 0;         ///< delivered once, or dropped, and waiting again by Queue::replay()
  /// Delivered batches whose events had to make room in the log while their proof could yet be revoked.
  std::uint64_t proofs_given_up = 0;
  double oldest_waiting_seconds = 0;     ///< age of the oldest event not yet delivered; 0 where nothing waits
  std::int64_t last_scrape_unix_ms = 0;  ///< 0: never
  BatchCounts batches{};                 ///< with events, by how they ended, since the start
  std::optional<LastBatch> last_batch{};
  std::string held_by{};  ///< of a cluster: the replica that its batch is out from; empty: none is out
};

/// What stays readable in the log; what still waits is part of it.
struct HistoryStatistics {
  std::int64_t seconds = 0;       ///< so long events stay at most, 0: not at all
  std::uint64_t events = 0;       ///< readable now
  std::uint64_t bytes = 0;        ///< of the log that nothing but the history keeps
  std::int64_t from_unix_ms = 0;  ///< when the oldest of them was accepted; 0: there is none
};

struct QueueStatistics {
  std::vector<ScraperStatistics> scrapers;  ///< in order of name
  /// dropped{reason="forgotten"} outlives its scraper: (name, events), at most 100 names; others share the
  /// name "(others)".
  std::vector<std::pair<std::string, std::uint64_t>> dropped_forgotten;
  std::uint64_t unclaimed = 0;
  std::uint64_t held = 0;  ///< kept by the startup hold for a first scraper, while there is none
  /// Events in the log that at least one scraper has not got, those on their way included: each counts once, for
  /// however many scrapers it waits. While there is no scraper these are the held ones.
  std::uint64_t kept = 0;
  std::uint64_t max_scrapers = 0;
  std::uint64_t displaced = 0;  ///< scrapers that have lost their places to newcomers, before they had earned them
  std::uint64_t used_bytes = 0;
  std::uint64_t capacity_bytes = 0;
  /// Batches and peeks that were given up on their way, since the room that they kept was needed.
  std::uint64_t leases_ended = 0;
  double sender_share = 0;    ///< of what waits: the greatest of one sender, a few seconds ago
  double type_share = 0;      ///< likewise of one type of events
  bool in_file = false;       ///< what waits survives the program
  bool failed = false;        ///< the file cannot be made durable any more
  std::uint64_t flushes = 0;  ///< of the file, by this program
  double flush_seconds = 0;   ///< that they took in all
  HistoryStatistics history;
  std::optional<ClusterStatistics> cluster{};
};

}  // namespace oneshot::queue
