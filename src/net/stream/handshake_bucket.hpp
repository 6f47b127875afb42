// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/token_bucket.hpp"

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
    return bucket_.take({interval, burst}, now, patience);
  }

 private:
  TokenBucket bucket_;
};

}  // namespace oneshot::net
