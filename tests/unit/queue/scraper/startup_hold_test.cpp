// SPDX-License-Identifier: MIT
#include "queue/local/scraper/startup_hold.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

constexpr SteadyTime start{};

TEST_CASE("the hold begins at the start of the log, and counts what it keeps") {
  StartupHold hold(start);
  CHECK(hold.begin() == event_log::Offset{});
  CHECK(hold.events({.bytes = 80, .events = 2}) == 2);
}

TEST_CASE("the hold ends once its time is over and somebody has come, in either order") {
  StartupHold hold(start);
  hold.end_if_due(start + 1h, 10min);
  CHECK(hold.begin());
  hold.somebody_came();
  hold.end_if_due(start + 9min, 10min);
  CHECK(hold.begin());
  hold.end_if_due(start + 10min, 10min);
  CHECK_FALSE(hold.begin());
  CHECK(hold.events({.bytes = 80, .events = 2}) == 0);
}

TEST_CASE("the hold yields up to a target, never back, and not once it is over") {
  StartupHold hold(start);
  CHECK(hold.yield_to({.bytes = 80, .events = 2}));
  CHECK(hold.begin() == event_log::Offset{.bytes = 80, .events = 2});
  CHECK_FALSE(hold.yield_to({.bytes = 80, .events = 2}));
  CHECK_FALSE(hold.yield_to({.bytes = 40, .events = 1}));
  CHECK(hold.events({.bytes = 120, .events = 3}) == 1);
  hold.somebody_came();
  hold.end_if_due(start, 0s);
  CHECK_FALSE(hold.yield_to({.bytes = 120, .events = 3}));
  CHECK_FALSE(hold.begin());
}

TEST_CASE("a restored hold begins where the program before left it") {
  StartupHold hold(start);
  hold.restore({.bytes = 80, .events = 2});
  CHECK(hold.events({.bytes = 120, .events = 3}) == 1);
}

TEST_CASE("a scraper that is first seen during the startup hold gets everything since the start") {
  Fixture f;
  f.store(3);
  f.pass(2s);
  CHECK(f.scrape("a") == numbered(0, 3));
  f.clock.advance(590s);
  CHECK(f.scrape("b") == numbered(0, 3));
  f.clock.advance(10s);
  CHECK(f.scrape("c").empty());  // with or without a tick in between
  f.store(1);
  CHECK(f.scrape("c") == numbered(3, 4));
}

TEST_CASE("the startup hold lasts until a first scraper has come") {
  Fixture f;
  f.store(3);
  f.clock.advance(24h);
  f.queue().tick();
  CHECK(f.scrape("a") == numbered(0, 3));
  CHECK(f.scrape("b").empty());
  CHECK(f.queue().statistics().unclaimed == 0);
}

TEST_CASE("what the startup hold keeps is counted until a first scraper comes") {
  Fixture f;
  CHECK(f.queue().statistics().held == 0);
  f.store(3);
  CHECK(f.queue().statistics().held == 3);
  f.enter("first");
  CHECK(f.queue().statistics().held == 0);
  CHECK(f.queue().statistics().unclaimed == 0);
}

TEST_CASE("the startup hold yields before anything is refused, and what passes is unclaimed") {
  for (const WhenFull when_full : {WhenFull::drop_oldest, WhenFull::reject}) {
    CAPTURE(static_cast<int>(when_full));
    Fixture f;
    f.options.when_full = when_full;
    f.store(20'000);
    const std::uint64_t unclaimed = f.queue().statistics().unclaimed;
    CHECK(unclaimed > 18'000);
    CHECK(f.scrape("a") == numbered(unclaimed, 20'000));
    CHECK(f.queue().statistics().unclaimed == unclaimed);
  }
}

TEST_CASE("the startup hold yields before a scraper loses something") {
  Fixture f;
  f.store(500);
  CHECK(f.scrape("a").size() == 500);
  f.store(1400);  // over 15/16 of the log since its begin, but not since a's cursor
  CHECK(f.numbers("a").dropped_full == 0);
  CHECK(f.queue().statistics().unclaimed == 0);  // a had all of them
  const Texts seen = f.scrape("b");
  CHECK(seen.size() > 1400);  // the hold has moved up, not ended
  CHECK(seen.back() == "n1899");
}

}  // namespace
}  // namespace oneshot::queue::test
