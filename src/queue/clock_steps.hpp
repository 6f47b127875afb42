// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace oneshot::queue {

/// The wall clock was set back by more than a second while events waited whose times it had given. That is seen at
/// the next tick, so for up to a second some events get times of the old clock and some of the new one.
struct ClockStep {
  std::uint64_t old_before;  ///< position: records below it were stored by the old clock
  std::uint64_t before;      ///< records from there up to here as well, where their time is later than `now_ms`
  std::int64_t now_ms;       ///< what the new clock said when it was seen
  std::int64_t back_ms;      ///< how far it was set back
};

/// Restates the times of stored events by the clock as it is now. Without that, an event of an hour ahead would be
/// held for an hour, with all that came after it, or go out with a time that is ahead of the clock. The order within a
/// series stays. A plain value: whoever reads the log takes a copy under the lock.
class ClockSteps {
 public:
  /// In the order in which they happened.
  void add(const ClockStep& step) { steps_.push_back(step); }
  /// Records below this position are gone.
  void forget_before(std::uint64_t position) {
    std::erase_if(steps_, [position](const ClockStep& step) { return step.before <= position; });
  }

  /// The time of the record at `position`, which was stored with the time `stored_ms`.
  [[nodiscard]] std::int64_t time_of(std::uint64_t position, std::int64_t stored_ms) const noexcept {
    for (const ClockStep& step : steps_) {
      const bool by_old_clock = position < step.old_before || (position < step.before && stored_ms > step.now_ms);
      if (by_old_clock) stored_ms -= step.back_ms;
    }
    return stored_ms;
  }

 private:
  std::vector<ClockStep> steps_;  // nearly always none
};

}  // namespace oneshot::queue
