// SPDX-License-Identifier: MIT
#include "queue/local/making_room/evictor.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <thread>

#include "support/captured_log.hpp"
#include "unit/queue/ledger_fixture.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;

/// The conservation law: nothing that a scraper had a right to disappears uncounted.
void check_sum(Fixture& f, std::string_view scraper, std::uint64_t events) {
  const ScraperStatistics n = f.numbers(scraper);
  CHECK(n.delivered + n.dropped_full + n.in_flight + n.waiting == events);
}

TEST_CASE("a full log drops the oldest events, counts them, and says so once a second") {
  Fixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(10);
  f.scrape("b");
  const CapturedLog log;
  f.store(20'000);
  CHECK(log.text().empty());
  f.queue().tick();
  const std::uint64_t dropped = f.numbers("a").dropped_full;
  CHECK(dropped > 18'000);
  CHECK(f.numbers("b").dropped_full == dropped - 10);
  CHECK(log.count("level=warn") == 2);
  CHECK(log.count("scraper=a reason=full events=" + std::to_string(dropped)) == 1);
  f.queue().tick();
  CHECK(log.count("level=warn") == 2);
  CHECK(f.scrape("a") == numbered(dropped, 20'010));
  check_sum(f, "a", 20'010);
  check_sum(f, "b", 20'010);
}

TEST_CASE("most of a full log stays in use") {
  Fixture f;
  f.register_at_end("a");
  f.store(20'000);
  const QueueStatistics all = f.queue().statistics();
  CHECK(all.capacity_bytes == 16 * page);
  CHECK(all.used_bytes <= all.capacity_bytes);
  CHECK(all.used_bytes > all.capacity_bytes * 7 / 8);
}

TEST_CASE("events that were delivered make room before any is dropped") {
  Fixture f;
  for (int i = 0; i < 100; ++i) {
    f.store(1000);
    CHECK(f.scrape("a").size() == 1000);
  }
  CHECK(f.numbers("a").dropped_full == 0);
}

TEST_CASE("with reject a full log refuses events until they are taken, and drops none") {
  Fixture f;
  f.options.when_full = WhenFull::reject;
  f.register_at_end("a");
  const CapturedLog log;
  const std::uint64_t events = f.store_until_full();
  CHECK(events == 16 * page / small_record);
  CHECK(f.append("more") == Stored::full);
  f.queue().tick();
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("events=2") == 1);
  CHECK(f.scrape("a") == numbered(0, events));
  f.store(events);
  CHECK(f.numbers("a").dropped_full == 0);
  CHECK(f.scrape("a").size() == events);
}

TEST_CASE("what is being read is never overwritten") {
  Fixture f;
  f.store(100);
  std::unique_ptr<Delivery> delivery = f.take("a");
  f.store_until_full();
  CHECK(texts(delivery->batch()) == numbered(0, 100));
  CHECK(f.numbers("a").dropped_full == 0);
  delivery->handed_over();
  f.store(1);  // some of these events may go now
  CHECK(f.numbers("a").dropped_full == 0);
  SUBCASE("and it arrives") {
    delivery->settle(delivery::Outcome::delivered);
    CHECK(f.numbers("a").delivered == 100);
    CHECK(f.numbers("a").dropped_full == 0);
  }
  SUBCASE("and it does not arrive") {
    delivery->settle(delivery::Outcome::unconfirmed);
    CHECK(f.numbers("a").delivered == 0);
    CHECK(f.numbers("a").dropped_full > 0);
  }
  check_sum(f, "a", f.stored);
}

TEST_CASE("a peek keeps what it reads") {
  Fixture f;
  f.store(100);
  f.register_at_end("b");
  { const std::unique_ptr<Delivery> put_back = f.take("a"); }
  std::unique_ptr<Batch> peek = f.queue().peek("a");
  f.store_until_full();
  CHECK(texts(*peek) == numbered(0, 100));
  peek.reset();
  f.store(1);
}

TEST_CASE("room is made for a record that is larger than a step") {
  Fixture f;
  f.options.storage.capacity_bytes = page;
  f.register_at_end("a");
  const std::string large(3000, 'x');
  for (int i = 0; i < 20; ++i) {
    f.store(10);
    REQUIRE(f.append(large) == Stored::stored);
  }
  CHECK(f.scrape("a").back() == large);
  check_sum(f, "a", 220);
}

TEST_CASE("a record that is larger than the log is refused and nothing is dropped for it") {
  Fixture f;
  f.options.storage.capacity_bytes = page;
  f.store(3);
  CHECK(f.append(std::string(page, 'x')) == Stored::full);
  CHECK(f.scrape("a") == numbered(0, 3));
}

TEST_CASE("a named scraper that never comes does not keep a log full") {
  Fixture f;
  f.options.names = {"late"};
  f.store(20'000);
  CHECK(f.numbers("late").dropped_full > 18'000);
  CHECK(f.queue().statistics().unclaimed == 0);
  check_sum(f, "late", 20'000);
}

TEST_CASE("with no scraper and no hold a full log needs no tick to go on") {
  Fixture f;
  f.options.when_full = WhenFull::reject;
  f.options.startup_hold = 0ms;
  f.options.forget_after = 1000ms;
  f.register_at_end("a");
  f.pass(2s);
  REQUIRE_FALSE(f.known("a"));
  f.store(20'000);
  CHECK(f.queue().statistics().unclaimed == 20'000);
}

TEST_CASE("an evictor moves the head as far as is needed, but never into what is leased, nor against the settings") {
  for (const bool drop_oldest : {true, false}) {
    LedgerFixture f;
    Evictor evictor(f.ledger(), drop_oldest);
    Scraper& scraper = f.add("a");
    const std::uint64_t events = f.fill();
    f.ledger().table.yield_hold({.bytes = f.ledger().log.tail(), .events = events});
    const auto lease = f.ledger().table.lease(0);
    CHECK_FALSE(evictor.evict(1));
    f.ledger().table.end_lease(lease);
    CHECK(evictor.evict(1) == drop_oldest);
    CHECK((f.ledger().log.head() > 0) == drop_oldest);
    CHECK((scraper.dropped_full > 0) == drop_oldest);
    CHECK(scraper.dropped_full < events / 32);  // a 64th at a time
  }
}

TEST_CASE("an evictor that finds the lock taken lets others do it") {
  LedgerFixture f;
  Evictor evictor(f.ledger(), true);
  f.add("a");
  f.fill();
  bool evicted = true;
  {
    const std::lock_guard lock(f.ledger().mutex);
    std::jthread([&] { evicted = evictor.evict(1); }).join();
  }
  CHECK_FALSE(evicted);
  CHECK(evictor.evict(1));
}

}  // namespace
}  // namespace oneshot::queue::test
