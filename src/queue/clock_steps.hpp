// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace oneshot::queue {

/// Below this, times that ascend win over a wall clock that was set; above, the clock wins.
inline constexpr std::int64_t clock_step_ms = 1000;

/// Restates the times of stored events by the wall clock as it is now, after it was set back while they waited. Without
/// that, an event of an hour ahead would be held for an hour, with all that came after it, or go out with a time that
/// is ahead of the clock. What was stored before the clock had been set forward stays as it is. A plain value: whoever
/// reads the log takes a copy under the lock.
class ClockSteps {
 public:
  /// The clock was set forward: by so much it is ahead in what is stored at `position` and from there on.
  void set_forward(std::uint64_t position, std::int64_t by_ms);
  /// The clock was set back: what is stored below `position` was stored before.
  void set_back(std::uint64_t position, std::int64_t by_ms);
  /// Records below this position are gone.
  void forget_before(std::uint64_t position);

  /// The time of the record at `position`, which was stored with the time `stored_ms`.
  [[nodiscard]] std::int64_t time_of(std::uint64_t position, std::int64_t stored_ms) const noexcept {
    for (const Stretch& stretch : stretches_)
      if (position >= stretch.begin && position < stretch.end) stored_ms -= stretch.ahead_ms;
    return stored_ms;
  }

  /// What is stored from `begin` on up to `end` is ahead by so much.
  struct Stretch {
    std::uint64_t begin;
    std::uint64_t end;
    std::int64_t ahead_ms;
  };
  [[nodiscard]] const std::vector<Stretch>& stretches() const noexcept { return stretches_; }
  /// As another ClockSteps had them.
  void restore(std::vector<Stretch> stretches) { stretches_ = std::move(stretches); }

 private:
  struct Forward {
    std::uint64_t position;
    std::int64_t by_ms;
  };

  std::vector<Stretch> stretches_;  // nearly always none
  std::vector<Forward> forward_;    // not yet taken back, in their order
};

}  // namespace oneshot::queue
