// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace oneshot::http {

/// The status codes this server sends, in ascending order (oneshot_http_responses_total{code} starts each at 0).
inline constexpr std::array<int, 17> sent_codes{200, 400, 403, 404, 405, 408, 411, 413, 414,
                                                415, 417, 431, 500, 501, 503, 504, 505};

/// One worker's counters. Written by its thread, read by any (relaxed: each number stands alone); on a cache line of
/// its own so that workers do not slow each other.
struct alignas(64) Statistics {
  std::atomic<std::int64_t> connections{0};
  std::array<std::atomic<std::uint64_t>, sent_codes.size()> responses{};

  void count_response(int code) noexcept {
    for (std::size_t i = 0; i < sent_codes.size(); ++i) {
      if (sent_codes[i] != code) continue;
      // With a single writer a load and a store do, without the locked instruction of fetch_add.
      responses[i].store(responses[i].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      return;
    }
  }
};

}  // namespace oneshot::http
