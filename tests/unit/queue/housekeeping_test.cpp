// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "support/captured_log.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;

/// Shared memory of this process, the ring's among it, in bytes.
std::uint64_t resident_shared() {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return shared * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

TEST_CASE("named scrapers have everything from the start and are never forgotten") {
  Fixture f;
  f.options.names = {"b", "a"};
  f.options.startup_hold = 0ms;
  f.options.max_unnamed = 0;
  f.store(2);
  f.pass(2s);
  CHECK(f.numbers("a").waiting == 2);
  CHECK(f.numbers("a").named);
  f.clock.advance(24h);
  f.queue().tick();
  CHECK(f.scrape("a") == numbered(0, 2));
  CHECK(f.scrape("b") == numbered(0, 2));
}

TEST_CASE("an unnamed scraper that is not seen is forgotten, and what waited for it is counted and logged") {
  Fixture f;
  const CapturedLog log;
  f.register_at_end("loses");
  f.clock.advance(1s);
  f.register_at_end("loses");  // which earns its place: of a stranger nobody misses anything
  f.store(3);
  f.register_at_end("clean");
  CHECK(log.count("level=info") == 2);
  CHECK(log.count("scraper=clean events=3") == 1);
  f.clock.advance(3599s);
  f.queue().tick();
  CHECK(f.known("loses"));
  f.clock.advance(1s);
  f.queue().tick();
  CHECK_FALSE(f.known("loses"));
  CHECK_FALSE(f.known("clean"));
  CHECK(f.forgotten("loses") == 3);
  CHECK(f.queue().statistics().dropped_forgotten.size() == 1);
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("lost_events=3") == 1);
  CHECK(log.count("level=info") == 3);
  CHECK(f.queue().statistics().unclaimed == 0);
}

TEST_CASE("a scraper that waits or has a batch is not forgotten") {
  Fixture f;
  f.store(1);
  std::unique_ptr<WaitingScrape> waiter = f.enter("waits");
  f.take("in flight").reset();
  f.clock.advance(1s);
  std::unique_ptr<Delivery> delivery = f.take("in flight");
  f.clock.advance(2h);
  f.queue().tick();
  CHECK(f.known("waits"));
  CHECK(f.known("in flight"));
  delivery->settle(delivery::Outcome::truncated);  // which counts as seen
  waiter.reset();
  f.queue().tick();
  CHECK_FALSE(f.known("waits"));
  CHECK(f.known("in flight"));
  f.clock.advance(1h);
  f.queue().tick();
  CHECK_FALSE(f.known("in flight"));
  CHECK(f.forgotten("in flight") == 1);
}

TEST_CASE("a waiter that has its batch may be kept until its scraper is long forgotten") {
  Fixture f;
  std::unique_ptr<WaitingScrape> waiter = f.enter("a");
  f.step(*waiter);
  f.clock.advance(2h);
  f.queue().tick();
  CHECK_FALSE(f.known("a"));
  waiter.reset();
}

TEST_CASE("beyond the limit a new unnamed scraper is refused and a known or named one is not") {
  Fixture f;
  f.options.names = {"named"};
  f.options.max_unnamed = 2;
  for (int i = 0; i < 2; ++i) {  // the second time earns a place
    f.register_at_end("a");
    f.register_at_end("b");
    f.clock.advance(1s);
  }
  const auto refused = f.queue().enter("c");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == NoBatch::too_many_scrapers);
  f.register_at_end("a");
  f.register_at_end("named");
  CHECK(f.queue().statistics().max_scrapers == 3);
}

TEST_CASE("unclaimed events are logged with their number, at most once a minute") {
  Fixture f;
  const CapturedLog log;
  f.options.startup_hold = 0ms;
  f.options.forget_after = 1000ms;
  f.register_at_end("a");
  f.pass(1s);
  f.store(4);
  f.queue().tick();
  CHECK(log.count("reason=unclaimed events=4") == 1);
  f.store(2);
  f.pass(59s);
  CHECK(log.count("reason=unclaimed") == 1);
  f.store(1);
  f.pass(1s);
  CHECK(log.count("reason=unclaimed events=3") == 1);
  f.pass(120s);
  CHECK(log.count("reason=unclaimed") == 2);
}

TEST_CASE("events stored while there is nobody are unclaimed and do not pile up") {
  Fixture f;
  f.options.forget_after = 1000ms;
  f.options.startup_hold = 0ms;
  f.store(2);
  CHECK(f.scrape("a") == numbered(0, 2));
  f.store(1);
  CHECK(f.scrape("a") == numbered(2, 3));  // a receipt earns its place
  f.store(3);
  f.pass(1s);
  CHECK(f.forgotten("a") == 3);
  f.store(4);
  CHECK(f.queue().statistics().unclaimed == 4);
  CHECK(f.queue().statistics().used_bytes == 0);
  f.queue().tick();
  CHECK(f.queue().statistics().unclaimed == 4);
  f.store(5);
  CHECK(f.scrape("b").empty());
  CHECK(f.queue().statistics().unclaimed == 9);
  f.store(1);
  CHECK(f.scrape("b") == numbered(15, 16));
  CHECK(f.queue().statistics().unclaimed == 9);
}

TEST_CASE("memory goes back to the machine once everything was delivered") {
  Fixture f;
  f.options.storage.capacity_bytes = 4096 * page;  // 16 MiB, several steps
  f.options.max_events_per_scrape = 1'000'000;
  f.options.startup_hold = 0ms;
  f.options.history = 0s;
  f.register_at_end("a");
  f.queue().tick();
  const std::uint64_t before = resident_shared();
  for (int round = 0; round < 3; ++round) {
    f.store(300'000);
    CHECK(resident_shared() > before + (10u << 20));
    CHECK(f.scrape("a").size() == 300'000);
    f.queue().tick();
    CHECK(resident_shared() < before + (1u << 20));
  }
}

TEST_CASE("a slow trickle does not fill the memory either") {
  Fixture f;
  f.options.storage.capacity_bytes = 4096 * page;
  f.options.startup_hold = 0ms;
  f.options.history = 0s;
  f.register_at_end("a");
  f.queue().tick();
  const std::uint64_t before = resident_shared();
  for (int i = 0; i < 20'000; ++i) {  // 20 MB in steps far below a page
    REQUIRE(f.append(std::string(1000, 'x')) == Stored::stored);
    REQUIRE(f.scrape("a").size() == 1);
    f.queue().tick();
  }
  CHECK(resident_shared() < before + (1u << 20));
}

TEST_CASE("what a batch reads stays although everybody else is done with it") {
  Fixture f;
  f.options.startup_hold = 0ms;
  f.options.max_events_per_scrape = 500;
  f.store(500);
  f.register_at_end("a");  // ends the hold
  f.store(500);
  const std::unique_ptr<Batch> peek = f.queue().peek("a");
  f.scrape("a");
  f.pass(3s);
  CHECK(texts(*peek) == numbered(500, 1000));
}

TEST_CASE("when the clock is set back, times follow it and old events are not held for long") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.options.startup_hold = 0ms;
  f.register_at_end("s");
  REQUIRE(f.append("a") == Stored::stored);
  const CapturedLog log;
  SUBCASE("by up to a second the order wins") {
    f.clock.step(-999ms);
    f.queue().tick();
    REQUIRE(f.append("a") == Stored::stored);
    CHECK(f.scrape("s").empty());
    CHECK(log.text().empty());
    f.clock.advance(1001ms);
    CHECK(f.scrape("s") == Texts{"a", "a"});
  }
  SUBCASE("by more the clock wins") {
    f.clock.step(-1h);
    f.queue().tick();
    CHECK(log.count("level=warn") == 1);
    CHECK(log.count("seconds=3600 until=") == 1);
    REQUIRE(f.append("a") == Stored::stored);
    f.clock.advance(1ms);
    const std::unique_ptr<Delivery> delivery = f.take("s");
    REQUIRE(delivery->count() == 2);
    const std::vector<BatchEvent> events = events_of(delivery->batch());
    CHECK(events[0].unix_ms == f.clock.unix_ms() - 1);  // restated
    CHECK(events[1].unix_ms == f.clock.unix_ms());
    CHECK(events[1].out_of_order);
  }
}

TEST_CASE("a clock that is set forward and back again before anybody looks holds nothing up") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.options.startup_hold = 0ms;
  f.register_at_end("s");
  const CapturedLog log;
  REQUIRE(f.append("a") == Stored::stored);
  f.pass(1s);
  f.clock.step(1h);
  for (const char* labels : {"a", "b"}) REQUIRE(f.append(labels) == Stored::stored);
  f.clock.advance(200ms);
  f.clock.step(-1h);
  REQUIRE(f.append("a") == Stored::stored);  // behind the one of the other clock
  REQUIRE(f.append("c") == Stored::stored);
  f.pass(1s);
  CHECK(log.count("level=warn") == 1);
  REQUIRE(f.append("a") == Stored::stored);
  f.clock.advance(5ms);
  const std::unique_ptr<Delivery> delivery = f.take("s");
  REQUIRE(delivery->count() == 6);
  std::int64_t last = 0;  // of series a
  for (const BatchEvent& event : events_of(delivery->batch())) {
    CHECK(event.unix_ms <= f.clock.unix_ms());
    CHECK(event.unix_ms >= f.clock.unix_ms() - 3000);
    if (event.labels != "a") continue;
    CHECK(event.unix_ms > last);
    last = event.unix_ms;
  }
  f.pass(3s);
  CHECK(log.count("level=warn") == 1);
}

TEST_CASE(
    "events that waited while the clock was set back keep their order, and none is ahead of it or held for long") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.options.startup_hold = 0ms;
  f.register_at_end("s");
  const CapturedLog log;
  for (int i = 0; i < 3; ++i) REQUIRE(f.append("a") == Stored::stored);
  f.clock.advance(300ms);
  REQUIRE(f.append("b") == Stored::stored);
  f.pass(1s);
  f.clock.step(-30s);
  REQUIRE(f.append("a") == Stored::stored);  // before anybody has noticed: as a series of the old clock
  f.clock.advance(1ms);                      // both series may share a word of the times
  REQUIRE(f.append("c") == Stored::stored);
  f.pass(1s);
  f.clock.advance(5ms);
  const std::unique_ptr<Delivery> delivery = f.take("s");
  REQUIRE(delivery->count() == 6);
  std::vector<std::int64_t> ages;
  for (const BatchEvent& event : events_of(delivery->batch())) ages.push_back(f.clock.unix_ms() - event.unix_ms);
  CHECK(ages == std::vector<std::int64_t>{2306, 2305, 2304, 2006, 1006, 1005});
}

TEST_CASE("statistics tell who waits for how long and when a scrape was last") {
  Fixture f;
  const std::int64_t start = f.clock.unix_ms();
  f.register_at_end("a");
  f.clock.advance(500ms);
  f.store(1);
  f.clock.advance(2500ms);
  f.store(1);
  ScraperStatistics n = f.numbers("a");
  CHECK(n.waiting == 2);
  CHECK(n.oldest_waiting_seconds == 2.5);
  CHECK(n.last_scrape_unix_ms == start);
  std::unique_ptr<Delivery> delivery = f.take("a");
  n = f.numbers("a");
  CHECK(n.waiting == 0);
  CHECK(n.in_flight == 2);
  CHECK(n.oldest_waiting_seconds == 2.5);  // not yet delivered
  CHECK(n.last_scrape_unix_ms == start + 3000);
  delivery->settle(delivery::Outcome::delivered);
  CHECK(f.numbers("a").oldest_waiting_seconds == 0);
}

TEST_CASE("an event that waits for several scrapers is one event that is kept, on its way or not") {
  Fixture f;
  f.options.startup_hold = 0ms;
  f.store(2);
  CHECK(f.queue().statistics().kept == 2);  // by the hold
  for (const char* scraper : {"a", "b", "c"}) f.register_at_end(scraper);
  CHECK(f.queue().statistics().kept == 0);
  f.store(3);
  CHECK(f.queue().statistics().kept == 3);
  f.scrape("b");
  CHECK(f.queue().statistics().kept == 3);
  const std::unique_ptr<Delivery> in_flight = f.take("a");
  f.scrape("c");
  CHECK(f.queue().statistics().kept == 3);
  in_flight->settle(delivery::Outcome::delivered);
  CHECK(f.queue().statistics().kept == 0);
  f.store(1);
  CHECK(f.queue().statistics().kept == 1);
}

TEST_CASE("live settings can be changed") {
  Fixture f;
  f.options.names = {"stays", "leaves"};
  f.options.startup_hold = 0ms;
  f.register_at_end("joins");
  f.store(5);
  Options changed = f.options;
  changed.names = {"stays", "joins", "new"};
  changed.max_unnamed = 1;
  changed.max_events_per_scrape = 2;
  changed.forget_after = 60s;
  f.clock.advance(30s);
  f.queue().change(changed);
  CHECK(f.numbers("new").waiting == 0);
  CHECK(f.numbers("joins").waiting == 5);
  CHECK_FALSE(f.queue().enter("other").has_value());  // "leaves" is the one unnamed now
  CHECK(f.scrape("stays") == numbered(0, 2));
  f.clock.advance(59s);
  f.queue().tick();
  CHECK(f.known("leaves"));  // counts as seen when it lost its name
  f.clock.advance(1s);
  f.queue().tick();
  CHECK_FALSE(f.known("leaves"));
  CHECK(f.forgotten("leaves") == 5);
  CHECK(f.known("joins"));
  CHECK(f.known("new"));
}

}  // namespace
}  // namespace oneshot::queue::test
