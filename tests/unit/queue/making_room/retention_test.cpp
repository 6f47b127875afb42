// SPDX-License-Identifier: MIT
// How long delivered events stay, and that this costs nobody room.
#include "queue/local/making_room/retention.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "support/captured_log.hpp"
#include "unit/queue/history_fixture.hpp"

namespace oneshot::queue::test {
namespace {

TEST_CASE("events that all have stay readable for history.seconds") {
  HistoryFixture f;
  f.options.history = 60s;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(3);
  f.pass(20s);
  f.store(2);
  f.scrape("a");
  CHECK(f.readable() == numbered(0, 5));
  CHECK(f.queue().statistics().history.events == 5);
  f.pass(40s);
  CHECK(f.readable() == numbered(0, 5));
  f.pass(1s);
  CHECK(f.readable() == numbered(3, 5));
  f.pass(20s);
  CHECK(f.readable().empty());
  const HistoryStatistics history = f.queue().statistics().history;
  CHECK(history.events == 0);
  CHECK(history.bytes == 0);
  CHECK(history.from_unix_ms == 0);
}

TEST_CASE("what still waits is readable however old it is") {
  HistoryFixture f;
  f.options.history = 10s;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(3);
  f.pass(100s);
  CHECK(f.readable() == numbered(0, 3));
  f.scrape("a");
  f.pass(1s);
  CHECK(f.readable().empty());
}

TEST_CASE("the history has at most history.max_mib, and at most half of the log") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  const auto deliver = [&](int events) {
    for (int i = 0; i < events; i += 100) {
      f.store(100);
      f.scrape("a");
    }
    f.pass(1s);
    return f.queue().statistics().history.bytes;
  };
  SUBCASE("half") {
    const std::uint64_t bytes = deliver(1400);
    CHECK(bytes <= 8 * page);
    CHECK(bytes > 7 * page);
  }
  SUBCASE("max_mib") {
    f.options.history_bytes = 2 * page;
    f.queue().change(f.options);
    const std::uint64_t bytes = deliver(1400);
    CHECK(bytes <= 2 * page);
    CHECK(bytes > 1 * page);
  }
  SUBCASE("none") {
    f.options.history_bytes = 0;
    f.queue().change(f.options);
    CHECK(deliver(300) == 0);
    CHECK(f.readable().empty());
  }
}

TEST_CASE("history.seconds and max_mib change while the queue runs") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(10);
  f.scrape("a");
  f.pass(1s);
  CHECK(f.readable() == numbered(0, 10));
  f.options.history = 0s;
  f.queue().change(f.options);
  f.pass(1s);
  CHECK(f.readable().empty());
  f.options.history = 3600s;
  f.queue().change(f.options);
  f.pass(1s);
  f.store(2);
  f.scrape("a");
  f.pass(1s);
  CHECK(f.readable() == numbered(10, 12));
  f.options.history_bytes = small_record;
  f.queue().change(f.options);
  f.pass(1s);
  CHECK(f.queue().statistics().history.bytes <= small_record);
}

TEST_CASE("a full log refuses and drops exactly as much as one without a history") {
  struct Losses {
    std::uint64_t stored = 0;
    std::uint64_t dropped = 0;
    Texts last;
  };
  const auto run = [](WhenFull when_full, std::chrono::milliseconds history, bool tick) {
    HistoryFixture f;
    f.options.when_full = when_full;
    f.options.history = history;
    f.options.startup_hold = 0s;
    f.register_at_end("a");
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 8; ++i) {
        f.store(100);
        f.scrape("a");
      }
      if (tick) f.pass(1s);
    }
    Losses losses;
    for (int i = 0; i < 5000; ++i)
      losses.stored += f.append("n" + std::to_string(f.stored++)) == Stored::stored ? 1U : 0U;
    losses.dropped = f.numbers("a").dropped_full;
    losses.last = f.scrape("a");
    return losses;
  };
  for (const WhenFull when_full : {WhenFull::drop_oldest, WhenFull::reject}) {
    for (const bool tick : {false, true}) {
      CAPTURE(tick);
      const Losses without = run(when_full, 0s, tick);
      const Losses with = run(when_full, 3600s, tick);
      CHECK(with.stored == without.stored);
      CHECK(with.last.size() >= without.last.size());
      CHECK(with.dropped <= without.dropped);
    }
  }
}

TEST_CASE("the history yields before the startup hold does") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(700);  // the hold keeps them for others
  f.scrape("a");
  f.pass(601s);
  f.store(500);
  f.scrape("a");
  f.pass(1s);
  CHECK(f.queue().statistics().history.events > 0);
  f.store(1500);
  CHECK(f.numbers("a").dropped_full == 0);
  CHECK(f.readable().size() >= 1000);
  CHECK(f.scrape("a") == numbered(1200, 2700));
}

TEST_CASE("a record larger than half of the log finds room where the history was") {
  HistoryFixture f;
  f.options.when_full = WhenFull::reject;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(800);
  f.scrape("a");
  f.pass(1s);
  const std::string large(12 * page, 'x');
  CHECK(f.append(large) == Stored::stored);
  CHECK(f.scrape("a") == Texts{large});
}

TEST_CASE("a reader's lease keeps its place, and the history behind it stays as it is") {
  HistoryFixture f;
  f.options.when_full = WhenFull::reject;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(300);
  f.scrape("a");
  f.store(100);
  const std::unique_ptr<Delivery> reading = f.take("a");
  const std::uint64_t more = f.store_until_full();
  CHECK(more == 16 * page / small_record - 100);
  CHECK(texts(reading->batch()) == numbered(300, 400));
}

TEST_CASE("without scrapers events are unclaimed at once, and readable all the same") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.options.forget_after = 1s;
  f.queue().change(f.options);
  f.pass(5s);
  CHECK_FALSE(f.known("a"));
  f.store(10);
  f.pass(1s);
  CHECK(f.queue().statistics().unclaimed == 10);
  CHECK(f.readable() == numbered(0, 10));
}

TEST_CASE("after a restart the history begins where the kept log does") {
  HistoryFixture f;
  f.use_file();
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(10);
  f.scrape("a");
  f.pass(2s);
  SUBCASE("in good order") { f.end(); }
  SUBCASE("killed") { f.kill(); }
  SUBCASE("power lost") { f.lose_power(); }
  CHECK(f.readable() == numbered(0, 10));
  f.store(2);
  CHECK(f.scrape("a") == numbered(10, 12));
  CHECK(f.readable() == numbered(0, 12));
}

TEST_CASE("a start with another capacity lets go of the history, and of nothing else") {
  HistoryFixture f;
  f.use_file();
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(600);
  f.scrape("a");
  f.store(200);
  f.pass(1s);
  f.end();
  f.options.storage.capacity_bytes = 4 * page;
  CHECK(f.scrape("a") == numbered(600, 800));
}

TEST_CASE("a start with a nearly full log lets go of the history, so that the first events cost no flush") {
  HistoryFixture f;
  f.use_file();
  f.options.startup_hold = 0s;
  f.options.when_full = WhenFull::reject;
  f.register_at_end("a");
  f.store(600);
  f.scrape("a");
  f.store(1000);
  f.kill();
  CHECK(f.queue().statistics().history.bytes == 0);
  CHECK(f.readable() == numbered(600, 1600));
}

TEST_CASE("damage in what all scrapers have is nobody's loss") {
  HistoryFixture f;
  f.use_file();
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(10);
  f.scrape("a");
  f.store(2);
  f.pass(1s);
  f.end();
  f.damage(f.in_ring(3 * small_record + 33));
  const oneshot::test::CapturedLog log;
  Texts left = numbered(0, 12);
  left.erase(left.begin() + 3);
  CHECK(f.readable() == left);
  CHECK(log.count("events lost") == 0);
  CHECK(f.numbers("a").dropped_damaged == 0);
  CHECK(f.scrape("a") == numbered(10, 12));
}

}  // namespace
}  // namespace oneshot::queue::test
