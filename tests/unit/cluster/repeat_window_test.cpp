// SPDX-License-Identifier: MIT
#include "cluster/repeat_window.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>

namespace oneshot::cluster {
namespace {

TEST_CASE("each number enters once, in whatever order they come") {
  std::mt19937 random(3);
  RepeatWindow window;
  std::set<std::uint64_t> entered;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t number =
        window.lowest_missing() + random() % 500 - std::min<std::uint64_t>(window.lowest_missing() - 1, 250);
    CHECK(window.enter(number) == entered.insert(number).second);
  }
  CHECK(window.lowest_missing() > 10'000);
  for (std::uint64_t number = 1; number < window.lowest_missing(); ++number) CHECK(entered.contains(number));
}

TEST_CASE("a number that is farther ahead than a publisher may be does not enter") {
  RepeatWindow window;
  CHECK_FALSE(window.enter(1 + RepeatWindow::width));
  CHECK(window.enter(RepeatWindow::width));
  CHECK(window.enter(1));
  CHECK(window.lowest_missing() == 2);
  CHECK(window.enter(1 + RepeatWindow::width));
  CHECK_FALSE(window.enter(1));
}

}  // namespace
}  // namespace oneshot::cluster
