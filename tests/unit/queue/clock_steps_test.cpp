// SPDX-License-Identifier: MIT
#include "queue/clock_steps.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "queue_fixture.hpp"

namespace oneshot::queue::test {
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

TEST_CASE("bursts of equal events come with times that ascend and are never ahead, however the clock is set") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    Fixture f;
    f.options.explicit_timestamps = true;
    f.options.startup_hold = 0ms;
    f.options.capacity_bytes = 256 * page;
    f.options.max_events_per_scrape = 1'000'000;
    f.register_at_end("s");
    const char* const series[] = {"a", "b", "c"};
    std::uint64_t stored = 0;
    int set = 0;  // how far the clock is from where it was, in seconds
    for (int i = 0; i < 12; ++i) {
      if (below(3) == 0) {
        const int to = below(4) * 1800;
        f.clock.step(std::chrono::seconds(to - set));
        set = to;
      }
      for (int n = below(2) == 0 ? 1 : below(1500); n > 0; --n, ++stored)
        REQUIRE(f.append(series[below(3)]) == Stored::stored);
      f.clock.advance(std::chrono::milliseconds(below(700)));
      if (below(3) == 0) f.queue().tick();
    }
    f.clock.step(std::chrono::seconds(-set));
    f.queue().tick();
    f.clock.advance(20s);  // enough for all that had to go ahead of it
    const Delivery delivery = f.take("s");
    REQUIRE(delivery.count() == stored);  // nothing is held
    std::map<std::string, std::int64_t, std::less<>> last;
    StoredEvent event;
    std::uint64_t position = delivery.events().begin();
    int wrong = 0;
    while (delivery.events().next(position, event)) {
      REQUIRE(event.unix_ms <= f.clock.unix_ms());
      std::int64_t& before = last[std::string(event.labels)];
      if (event.unix_ms <= before && !event.behind) ++wrong;
      before = event.unix_ms;
    }
    CHECK(wrong == 0);
  }
}

}  // namespace
}  // namespace oneshot::queue::test
