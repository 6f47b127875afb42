// SPDX-License-Identifier: MIT
#include "queue/local/clock_watch.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "support/captured_log.hpp"
#include "unit/queue/ledger_fixture.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

TEST_CASE("bursts of equal events come with times that ascend and are never ahead, however the clock is set") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    Fixture f;
    f.options.explicit_timestamps = true;
    f.options.startup_hold = 0ms;
    f.options.storage.capacity_bytes = 256 * page;
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
        if (f.append(series[below(3)]) != Stored::stored) --stored;  // too far ahead of the clock
      f.clock.advance(std::chrono::milliseconds(below(700)));
      if (below(3) == 0) f.queue().tick();
    }
    f.clock.step(std::chrono::seconds(-set));
    f.queue().tick();
    f.clock.advance(20s);  // enough for all that had to go ahead of it
    const std::unique_ptr<Delivery> delivery = f.take("s");
    REQUIRE(delivery->count() == stored);  // nothing is held
    std::map<std::string, std::int64_t, std::less<>> last;
    int wrong = 0;
    for (const BatchEvent& event : events_of(delivery->batch())) {
      REQUIRE(event.unix_ms <= f.clock.unix_ms());
      std::int64_t& before = last[std::string(event.labels)];
      if (event.unix_ms <= before && !event.out_of_order) ++wrong;
      before = event.unix_ms;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a step of the clock is seen until it is looked after, and time that passes is none") {
  LedgerFixture f;
  f.options.explicit_timestamps = true;
  ClockWatch watch(f.ledger());
  const oneshot::test::CapturedLog log;
  f.clock.advance(1h);
  CHECK_FALSE(watch.stepped());
  f.clock.step(-1000ms);
  CHECK_FALSE(watch.stepped());
  f.clock.step(-1ms);
  CHECK(watch.stepped());
  watch.check();
  CHECK_FALSE(watch.stepped());
  CHECK(f.ledger().clock_steps.skew_ranges().size() == 1);
  CHECK(log.count("the clock was set back") == 1);
  f.clock.step(1h);
  CHECK(watch.stepped());
  watch.check();
  CHECK_FALSE(watch.stepped());
  watch.store();  // there is no file: nothing to do
  CHECK(log.count("level=") == 1);
}

}  // namespace
}  // namespace oneshot::queue::test
