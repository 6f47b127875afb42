// SPDX-License-Identifier: MIT
#include "event_log/clock_steps.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace oneshot::event_log {
namespace {

TEST_CASE("what was stored before the clock was set back is restated by as much") {
  ClockSteps steps;
  steps.set_back(100, 5000);
  CHECK(steps.time_of(99, 9000) == 4000);
  CHECK(steps.time_of(100, 4000) == 4000);
}

TEST_CASE("what was stored before the clock was set forward and back again stays as it is") {
  ClockSteps steps;
  steps.set_forward(100, 3'600'000);
  steps.set_back(200, 3'600'000);
  CHECK(steps.time_of(99, 9000) == 9000);
  CHECK(steps.time_of(100, 3'609'000) == 9000);
  CHECK(steps.time_of(200, 9000) == 9000);
}

TEST_CASE("a step back of another size than the one forward concerns each part by what it was ahead") {
  ClockSteps steps;
  steps.set_forward(100, 60'000);
  SUBCASE("smaller") {
    steps.set_back(200, 20'000);
    CHECK(steps.time_of(50, 9000) == 9000);
    CHECK(steps.time_of(150, 70'000) == 50'000);
    steps.set_back(300, 40'000);
    CHECK(steps.time_of(50, 9000) == 9000);
    CHECK(steps.time_of(150, 70'000) == 10'000);
    CHECK(steps.time_of(250, 51'000) == 11'000);
  }
  SUBCASE("larger") {
    steps.set_back(200, 90'000);
    CHECK(steps.time_of(50, 100'000) == 70'000);
    CHECK(steps.time_of(150, 160'000) == 70'000);
  }
}

}  // namespace
}  // namespace oneshot::event_log
