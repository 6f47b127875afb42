// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::app {

/// rate_limit of web.config.file: one token bucket for all requests together.
struct RequestRate {
  std::chrono::nanoseconds interval{0};  ///< a token comes in after each; 0: there is no limit
  std::int64_t burst = 0;                ///< how many the bucket holds
  friend bool operator==(const RequestRate&, const RequestRate&) = default;
};

/// The bucket, as the moment when it will be full again: once that is past, it is as good as a new one. Any thread.
class RequestBucket {
 public:
  /// Takes a token. False: there is none.
  [[nodiscard]] bool take(const RequestRate& rate, SteadyTime now) noexcept {
    const std::int64_t time = std::chrono::nanoseconds(now.time_since_epoch()).count();
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t later = std::max(full_at, time) + rate.interval.count();
      if (later - time > rate.burst * rate.interval.count()) return false;
      if (full_at_.compare_exchange_weak(full_at, later, std::memory_order_relaxed)) return true;
    }
  }

 private:
  std::atomic<std::int64_t> full_at_{0};  // steady nanoseconds
};

}  // namespace oneshot::app
