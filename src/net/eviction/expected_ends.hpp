// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

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
  /// Of the time between two questions only a part counts where it was long: while this thread did not run, the workers
  /// may not have run either, and nobody could end.
  [[nodiscard]] std::chrono::milliseconds stuck_for(std::uint64_t ended, SteadyTime now) noexcept {
    const SteadyTime::duration since = now - std::exchange(last_asked_, now);
    const bool anew = since >= std::chrono::milliseconds(500);  // nobody has waited meanwhile
    const bool moves = std::exchange(last_ended_, ended) != ended || missing(ended) > 0;
    stuck_ = anew || moves ? SteadyTime::duration{} : stuck_ + std::min(since, longest_step);
    return std::chrono::duration_cast<std::chrono::milliseconds>(stuck_);
  }

 private:
  static constexpr SteadyTime::duration longest_step = std::chrono::milliseconds(50);

  std::uint64_t until_ = 0;
  std::uint64_t last_ended_ = 0;
  SteadyTime last_asked_{};
  SteadyTime::duration stuck_{};
};

}  // namespace oneshot::net
