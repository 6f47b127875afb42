// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <cstddef>

#include "queue/history.hpp"

namespace oneshot::queue {

asio::awaitable<bool> finish(HistoryWalk& walk, delivery::Waiting& waiting) {
  constexpr std::chrono::milliseconds pause{1};  // appenders have the lock meanwhile: a rest, nothing is waited for
  for (;;) {
    const HistoryWalk::Step step = walk.step();
    if (step == HistoryWalk::Step::done) co_return true;
    if (waiting.stopping() || waiting.peer_closed()) co_return false;
    if (step == HistoryWalk::Step::short_of_room) {
      co_await waiting.pause(pause);
    } else {
      co_await waiting.yield();
    }
  }
}

std::string_view name_of(EventState state) noexcept {
  constexpr std::array<std::string_view, 5> names = {"waiting", "in_flight", "delivered", "dropped", "before_it_came"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace oneshot::queue
