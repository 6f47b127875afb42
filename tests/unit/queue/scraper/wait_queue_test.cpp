// SPDX-License-Identifier: MIT
#include "queue/local/scraper/wait_queue.hpp"

#include <doctest/doctest.h>

namespace oneshot::queue::test {
namespace {

TEST_CASE("places are left in any order, and only the first one is ever woken") {
  WaitQueue queue;
  CHECK(queue.empty());
  const std::uint64_t a = queue.enter();
  const std::uint64_t b = queue.enter();
  const std::uint64_t c = queue.enter();
  CHECK(queue.is_first(a));
  CHECK_FALSE(queue.is_first(b));
  delivery::OneShotEvent for_b;
  delivery::OneShotEvent for_c;
  queue.wake_by(b, for_b.notifier());
  queue.wake_by(c, for_c.notifier());
  CHECK_FALSE(queue.wake_first().has_value());  // a does not sleep
  notify(queue.leave(a));
  CHECK(for_b.notified());
  CHECK_FALSE(for_c.notified());
  CHECK_FALSE(queue.wake_first().has_value());  // b was woken already
  CHECK_FALSE(queue.leave(c).has_value());      // it was not first, so nothing has changed
  CHECK_FALSE(queue.leave(b).has_value());      // nobody is left
  CHECK(queue.empty());
  CHECK_FALSE(queue.is_first(b));
  CHECK_FALSE(for_c.notified());
}

TEST_CASE("one that sleeps again is woken again") {
  WaitQueue queue;
  const std::uint64_t only = queue.enter();
  for (int i = 0; i < 2; ++i) {
    delivery::OneShotEvent event;
    queue.wake_by(only, event.notifier());
    notify(queue.wake_first());
    CHECK(event.notified());
  }
}

TEST_CASE("a wait queue has an end") {
  WaitQueue queue;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < WaitQueue::longest; ++i) {
    CHECK_FALSE(queue.is_full());
    last = queue.enter();
  }
  CHECK(queue.is_full());
  static_cast<void>(queue.leave(last));
  CHECK_FALSE(queue.is_full());
}

}  // namespace
}  // namespace oneshot::queue::test
