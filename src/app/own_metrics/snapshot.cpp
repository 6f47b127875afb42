// SPDX-License-Identifier: MIT
#include "app/own_metrics/snapshot.hpp"

#include <atomic>
#include <cstddef>
#include <numeric>

namespace oneshot::app {
namespace {

/// Adds the counters of one worker to those of the others.
template <class Sums, class Counters>
void add_each(Sums& sums, const Counters& counters) noexcept {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += counters[i].load(std::memory_order_relaxed);
}

}  // namespace

std::uint64_t Snapshot::refused() const noexcept {
  return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0});
}

Snapshot take_snapshot(const Services& services) {
  Snapshot snapshot;
  for (const Counters& worker : services.counters) {
    snapshot.accepted += worker.accepted.load(std::memory_order_relaxed);
    snapshot.duplicates += worker.duplicates.load(std::memory_order_relaxed);
    add_each(snapshot.rejected, worker.rejected);
  }
  for (const http::Statistics* thread : services.http_statistics) {
    snapshot.connections += thread->connections.load(std::memory_order_relaxed);
    snapshot.replies_reset += thread->replies_reset.load(std::memory_order_relaxed);
    snapshot.evicted_full += thread->evicted_full.load(std::memory_order_relaxed);
    snapshot.evicted_peer += thread->evicted_peer.load(std::memory_order_relaxed);
    add_each(snapshot.responses, thread->responses);
  }
  snapshot.queue = services.queue.statistics();
  return snapshot;
}

}  // namespace oneshot::app
