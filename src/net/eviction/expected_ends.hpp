// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::net {

/// How many of the connections that were evicted have not ended yet. An evicted connection ends when its worker gets to
/// it; without this count another one would be evicted meanwhile for the same newcomer. `ended` is how many have ended
/// so far, evicted or not: either leaves a place.
class ExpectedEnds {
 public:
  [[nodiscard]] std::size_t missing(std::uint64_t ended) const noexcept { return until_ > ended ? until_ - ended : 0; }
  void add(std::size_t evicted, std::uint64_t ended) noexcept { until_ = std::max(until_, ended) + evicted; }
  /// They take too long: others are evicted.
  void give_up() noexcept { until_ = 0; }

  /// For how long nobody has ended, and nobody could be evicted, though somebody waits, who asks this again and again.
  [[nodiscard]] std::chrono::milliseconds stuck_for(std::uint64_t ended, SteadyTime now) noexcept {
    const bool anew = now - last_asked_ >= std::chrono::milliseconds(500);  // nobody has waited meanwhile
    if (anew || ended != last_ended_ || missing(ended) > 0) stuck_since_ = now;
    last_asked_ = now;
    last_ended_ = ended;
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - stuck_since_);
  }

 private:
  std::uint64_t until_ = 0;
  std::uint64_t last_ended_ = 0;
  SteadyTime last_asked_{};
  SteadyTime stuck_since_{};
};

}  // namespace oneshot::net
