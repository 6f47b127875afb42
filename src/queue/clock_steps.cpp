// SPDX-License-Identifier: MIT
#include "queue/clock_steps.hpp"

#include <cstddef>

namespace oneshot::queue {
namespace {

constexpr std::size_t most_forward = 64;  // a clock that is set that often has no past worth knowing

}  // namespace

void ClockSteps::set_forward(std::uint64_t position, std::int64_t by_ms) {
  if (forward_.size() == most_forward) forward_.erase(forward_.begin());
  forward_.push_back({position, by_ms});
}

void ClockSteps::set_back(std::uint64_t position, std::int64_t by_ms) {
  std::uint64_t end = position;
  while (!forward_.empty()) {
    Forward& last = forward_.back();
    if (last.position < end) stretches_.push_back({last.position, end, by_ms});
    end = last.position;
    if (by_ms < last.by_ms) {
      last.by_ms -= by_ms;
      return;
    }
    by_ms -= last.by_ms;
    forward_.pop_back();
    if (by_ms == 0) return;
  }
  stretches_.push_back({0, end, by_ms});
}

void ClockSteps::forget_before(std::uint64_t position) {
  std::erase_if(stretches_, [position](const Stretch& stretch) { return stretch.end <= position; });
}

}  // namespace oneshot::queue
