// SPDX-License-Identifier: MIT
#include "queue/local/scraper/wait_queue.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::queue {

std::uint64_t WaitQueue::enter() {
  waiting_.push_back({.number = ++last_number_, .wake = std::nullopt});
  return last_number_;
}

bool WaitQueue::is_first(std::uint64_t number) const noexcept {
  return !waiting_.empty() && waiting_.front().number == number;
}

void WaitQueue::wake_by(std::uint64_t number, delivery::OneShotEvent::Notifier notifier) {
  const auto waiting = std::ranges::find(waiting_, number, &Waiting::number);
  if (waiting != waiting_.end()) waiting->wake.emplace(std::move(notifier));
}

WaitQueue::Wake WaitQueue::leave(std::uint64_t number) {
  const bool was_first = is_first(number);
  std::erase_if(waiting_, [number](const Waiting& waiting) { return waiting.number == number; });
  return was_first ? wake_first() : std::nullopt;
}

WaitQueue::Wake WaitQueue::wake_first() {
  return waiting_.empty() ? std::nullopt : std::exchange(waiting_.front().wake, std::nullopt);
}

}  // namespace oneshot::queue
