// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "http/status.hpp"

namespace oneshot::http {

/// One worker's counters. Written by its thread, read by any (relaxed: each number stands alone); on a cache line of
/// its own so that workers do not slow each other.
struct alignas(64) Statistics {
  std::atomic<std::int64_t> connections{0};
  std::array<std::atomic<std::uint64_t>, statuses.size()> responses{};  ///< by status_index()

  void count_response(int code) noexcept {
    std::atomic<std::uint64_t>& counter = responses[status_index(code)];
    // With a single writer a load and a store do, without the locked instruction of fetch_add.
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

}  // namespace oneshot::http
