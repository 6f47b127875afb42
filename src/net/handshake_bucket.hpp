// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace oneshot::net {

/// How many TLS handshakes a peer may have. One costs about a millisecond of a processor, a hundred times what a
/// request does, and no client has to show anything before it. So one peer takes a fifth of a core at most; one that
/// opens a connection for each event, and more of them, waits for its turn. Any thread.
class HandshakeBucket {
 public:
  static constexpr std::chrono::milliseconds interval{5};  ///< one more after each: 200 a second
  static constexpr std::int64_t burst = 400;               ///< so many at once, after a rest
  /// Who would have to wait for longer is turned away instead.
  static constexpr std::chrono::seconds patience{5};

  /// How long the next handshake has to wait, for which a place is taken by this; or nothing: it is turned away.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> take(SteadyTime now) noexcept {
    constexpr std::int64_t step = std::chrono::nanoseconds(interval).count();
    const std::int64_t time = std::chrono::nanoseconds(now.time_since_epoch()).count();
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t later = std::max(full_at, time) + step;
      const std::int64_t wait = std::max<std::int64_t>(later - time - burst * step, 0);
      if (wait > std::chrono::nanoseconds(patience).count()) return std::nullopt;
      if (full_at_.compare_exchange_weak(full_at, later, std::memory_order_relaxed))
        return std::chrono::nanoseconds(wait);
    }
  }

 private:
  std::atomic<std::int64_t> full_at_{0};  // steady nanoseconds: when all of `burst` are there again
};

}  // namespace oneshot::net
