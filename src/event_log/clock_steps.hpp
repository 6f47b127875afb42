// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace oneshot::event_log {

/// Below this, times that ascend win over a wall clock that was set; above, the clock wins.
inline constexpr std::int64_t clock_step_ms = 1000;

/// Restates the times of stored events by the wall clock as it is now, after it was set back while they waited. Without
/// that, an event of an hour ahead would be held for an hour, with all that came after it, or go out with a time that
/// is ahead of the clock. What was stored before the clock had been set forward stays as it is. A plain value: whoever
/// reads the log takes a copy under the lock.
class ClockSteps {
 public:
  /// The clock was set forward: by so much it is ahead in what is stored at `offset` and from there on.
  void set_forward(std::uint64_t offset, std::int64_t by_ms);
  /// The clock was set back: what is stored below `offset` was stored before.
  void set_back(std::uint64_t offset, std::int64_t by_ms);
  /// Records below this offset are gone.
  void forget_before(std::uint64_t offset);

  /// The time of the record at `offset`, which was stored with the time `stored_ms`.
  [[nodiscard]] std::int64_t time_of(std::uint64_t offset, std::int64_t stored_ms) const noexcept {
    for (const Range& stretch : skew_ranges_)
      if (offset >= stretch.begin && offset < stretch.end) stored_ms -= stretch.ahead_ms;
    return stored_ms;
  }

  /// What is stored from `begin` on up to `end` is ahead by so much.
  struct Range {
    std::uint64_t begin;
    std::uint64_t end;
    std::int64_t ahead_ms;
  };
  [[nodiscard]] const std::vector<Range>& skew_ranges() const noexcept { return skew_ranges_; }
  /// As another ClockSteps had them.
  void restore(std::vector<Range> skew_ranges) { skew_ranges_ = std::move(skew_ranges); }

 private:
  struct Forward {
    std::uint64_t offset;
    std::int64_t by_ms;
  };

  std::vector<Range> skew_ranges_;  // nearly always none
  std::vector<Forward> forward_;    // not yet taken back, in their order
};

}  // namespace oneshot::event_log
