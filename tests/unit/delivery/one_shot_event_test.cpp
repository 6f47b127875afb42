// SPDX-License-Identifier: MIT
#include "delivery/one_shot_event.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using oneshot::delivery::OneShotEvent;

TEST_CASE("who waits is resumed once, by the thread that notifies") {
  OneShotEvent event;
  int resumed = 0;
  event.on_notify([&] { ++resumed; });
  CHECK(resumed == 0);
  CHECK_FALSE(event.notified());
  std::thread([notify = event.notifier()] {
    notify();
    notify();
  }).join();
  CHECK(event.notified());
  CHECK(resumed == 1);
}

TEST_CASE("an event that has happened resumes who comes later at once") {
  OneShotEvent event;
  event.notifier()();
  bool resumed = false;
  event.on_notify([&] { resumed = true; });
  CHECK(resumed);
}

TEST_CASE("who has stopped waiting is not resumed, and a notifier may outlive the event") {
  bool resumed = false;
  const auto notify = [&] {
    OneShotEvent event;
    event.on_notify([&] { resumed = true; });
    return event.notifier();
  }();
  notify();
  CHECK_FALSE(resumed);
}

TEST_CASE("notifying and waiting at the same moment always meets") {
  for (int i = 0; i < 2000; ++i) {
    OneShotEvent event;
    std::atomic<int> resumed{0};
    std::thread other([notify = event.notifier()] { notify(); });
    event.on_notify([&] { ++resumed; });
    other.join();
    REQUIRE(resumed == 1);
  }
}
