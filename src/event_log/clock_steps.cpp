// SPDX-License-Identifier: MIT
#include "event_log/clock_steps.hpp"

#include <cstddef>

namespace oneshot::event_log {
namespace {

constexpr std::size_t most_forward = 64;  // a clock that is set that often has no past worth knowing

}  // namespace

void ClockSteps::set_forward(std::uint64_t offset, std::int64_t by_ms) {
  if (forward_.size() == most_forward) forward_.erase(forward_.begin());
  forward_.push_back({offset, by_ms});
}

void ClockSteps::set_back(std::uint64_t offset, std::int64_t by_ms) {
  std::uint64_t end = offset;
  while (!forward_.empty()) {
    Forward& last = forward_.back();
    if (last.offset < end) skew_ranges_.push_back({last.offset, end, by_ms});
    end = last.offset;
    if (by_ms < last.by_ms) {
      last.by_ms -= by_ms;
      return;
    }
    by_ms -= last.by_ms;
    forward_.pop_back();
    if (by_ms == 0) return;
  }
  skew_ranges_.push_back({0, end, by_ms});
}

void ClockSteps::forget_before(std::uint64_t offset) {
  std::erase_if(skew_ranges_, [offset](const Range& stretch) { return stretch.end <= offset; });
}

}  // namespace oneshot::event_log
