// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace oneshot {

/// How fast tokens come into a bucket, and how many it holds.
struct TokenRate {
  std::chrono::nanoseconds interval{0};  ///< a token comes in after each; 0: there is no limit
  std::int64_t burst = 0;
  friend bool operator==(const TokenRate&, const TokenRate&) = default;
};

/// A token bucket, as the moment when it will be full again: once that is past, it is as good as a new one. Any thread.
class TokenBucket {
 public:
  /// Takes a token, and says how long it is until that one is there: none where there was one. Nothing is taken, and
  /// nothing said, where that would be longer than `patience`. `rate` must have a limit.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> take(const TokenRate& rate, SteadyTime now,
                                                             std::chrono::nanoseconds patience = {}) noexcept {
    const std::int64_t step = rate.interval.count();
    const std::int64_t time = std::chrono::nanoseconds(now.time_since_epoch()).count();
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t later = std::max(full_at, time) + step;
      const std::chrono::nanoseconds wait{std::max<std::int64_t>(later - time - rate.burst * step, 0)};
      if (wait > patience) return std::nullopt;
      if (full_at_.compare_exchange_weak(full_at, later, std::memory_order_relaxed)) return wait;
    }
  }

 private:
  std::atomic<std::int64_t> full_at_{0};  // steady nanoseconds
};

}  // namespace oneshot
