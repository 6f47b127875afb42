// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "app/services.hpp"
#include "event/event.hpp"
#include "http/statistics.hpp"
#include "queue/statistics.hpp"

namespace oneshot::app {

/// All counters of all workers and of the queue, collected once: /metrics, the status line and the minute's line in the
/// log show the same numbers. Each number stands alone; workers go on counting meanwhile.
struct Snapshot {
  std::uint64_t accepted = 0;
  std::uint64_t replies_reset = 0;
  std::uint64_t duplicates = 0;
  std::array<std::uint64_t, event::reason_count> rejected{};  ///< by Reason
  std::int64_t connections = 0;
  std::uint64_t evicted_full = 0;                                ///< connections, at max_connections
  std::uint64_t evicted_peer = 0;                                ///< at max_connections_per_peer
  std::array<std::uint64_t, http::statuses.size()> responses{};  ///< by http::status_index()
  queue::QueueStatistics queue;

  /// Events refused for any reason.
  [[nodiscard]] std::uint64_t refused() const noexcept;
};

/// Costs the queue's lock and a walk over the newest events: for a scrape, or every few seconds. Any thread.
[[nodiscard]] Snapshot take_snapshot(const Services& services);

}  // namespace oneshot::app
