// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "http/status.hpp"

namespace oneshot::http {

/// The counters of one thread: a worker, or the one that accepts. Written by that thread, read by any (relaxed: each
/// number stands alone); on a cache line of its own so that threads do not slow each other.
struct alignas(64) Statistics {
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::uint64_t> replies_reset{0};  ///< connections reset since their peer did not read a reply
  std::array<std::atomic<std::uint64_t>, statuses.size()> responses{};  ///< by status_index()

  std::atomic<std::uint64_t> evicted_full{0};  ///< connections, at max_connections
  std::atomic<std::uint64_t> evicted_peer{0};  ///< at max_connections_per_peer

  void count_evicted(bool for_peer, std::uint64_t count) noexcept {
    (for_peer ? evicted_peer : evicted_full).fetch_add(count, std::memory_order_relaxed);
  }
  void count_response(int code) noexcept { count(responses[status_index(code)]); }
  void count_reset() noexcept { count(replies_reset); }

 private:
  // With a single writer a load and a store do, without the locked instruction of fetch_add.
  static void count(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

}  // namespace oneshot::http
