// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/captured_log.hpp"
#include "unit/queue/storage_fixture.hpp"

using namespace oneshot;
using namespace oneshot::queue;
using namespace oneshot::queue::test;

TEST_CASE("after an end in good order everything goes on as if nothing had been") {
  StorageFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(5);
  CHECK(f.scrape("a") == numbered(0, 5));
  f.store(2);
  f.end();

  CHECK(f.numbers("a").waiting == 2);
  CHECK(f.numbers("b").waiting == 7);
  CHECK(f.numbers("a").delivered == 0);  // counters restart
  f.store(1);
  CHECK(f.scrape("a") == numbered(5, 8));
  CHECK(f.scrape("b") == numbered(0, 8));
  CHECK(f.scrape("b").empty());
}

TEST_CASE("after a kill everything that was stored is there, and nothing comes twice") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(5);
  CHECK(f.scrape("a") == numbered(0, 5));
  f.store(3);
  f.kill();
  CHECK(f.scrape("a") == numbered(5, 8));
  f.store(1);
  f.kill();
  f.kill();
  CHECK(f.scrape("a") == numbered(8, 9));
}

TEST_CASE("positions that a scraper has passed are not used a second time after a kill") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(1);
  const auto offsets_of = [](const Delivery& delivery) -> const EmbeddedBatch& {
    return dynamic_cast<const EmbeddedBatch&>(delivery.batch());
  };
  const std::uint64_t before = offsets_of(*f.take("a")).end().bytes;
  f.kill();
  f.store(1);
  const std::unique_ptr<Delivery> later = f.take("a");
  CHECK(later->count() == 2);
  const EventRef last = events_of(later->batch()).back().ref;
  CHECK(offsets_of(*later).begin().bytes + 8 * last >= before);
}

TEST_CASE("a batch in flight at a kill is sent again, unless the kernel had all of it") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(3);
  {
    std::unique_ptr<Delivery> delivery = f.take("a");
    f.kill();
    delivery->settle(delivery::Outcome::truncated);  // of the program that is no more
  }
  CHECK(f.numbers("a").waiting == 3);
  CHECK(f.scrape("a") == numbered(0, 3));
  CHECK(f.numbers("a").redelivered == 3);

  f.store(2);
  {
    std::unique_ptr<Delivery> delivery = f.take("a");
    delivery->handed_over();
    f.kill();
    delivery->settle(delivery::Outcome::truncated);
  }
  CHECK(f.numbers("a").waiting == 0);
  f.store(1);
  CHECK(f.scrape("a") == numbered(5, 6));
}

TEST_CASE("a batch that a kill would have made the kernel throw away is sent again") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(2);
  std::unique_ptr<Delivery> delivery = f.take("a");
  delivery->handed_over(false);
  f.kill();
  CHECK(f.scrape("a") == numbered(0, 2));
}

TEST_CASE("a batch that the kernel had is sent again when the machine lost its power") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(2);
  std::unique_ptr<Delivery> delivery = f.take("a");
  delivery->handed_over();
  f.lose_power();
  CHECK(f.numbers("a").waiting == 2);
  f.kill();  // nothing of the new run's boot id makes it a delivered one
  CHECK(f.scrape("a") == numbered(0, 2));
}

TEST_CASE("the startup hold keeps what nobody has scraped, over restarts too") {
  StorageFixture f;
  f.store(2);
  f.end();
  f.store(1);
  f.kill();
  f.store(1);
  CHECK(f.scrape("a") == numbered(0, 4));
  f.pass(601s);
  f.end();

  SUBCASE("a scraper first seen after a restart gets what came since") {
    f.store(2);
    CHECK(f.scrape("b") == numbered(4, 6));
  }
  CHECK(f.scrape("a").size() == f.stored - 4);
}

TEST_CASE("scrapers that are forgotten are so after a restart") {
  StorageFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.pass(2000s);
  f.scrape("b");
  f.pass(1700s);
  f.end();
  CHECK_FALSE(f.known("a"));
  CHECK(f.known("b"));
}

TEST_CASE("after a restart every scraper counts as seen now, and names can change") {
  StorageFixture f;
  f.options.names = {"named"};
  f.queue();
  f.register_at_end("a");
  f.pass(3000s);
  f.end();
  f.options.names = {"other"};
  f.pass(3000s);
  CHECK(f.known("a"));
  CHECK_FALSE(f.numbers("named").named);
  CHECK(f.numbers("other").named);
  f.pass(700s);
  CHECK_FALSE(f.known("a"));
  CHECK_FALSE(f.known("named"));
}

TEST_CASE("a log that went round many times goes on after each kill") {
  StorageFixture f;
  f.register_at_end("a");
  for (int round = 0; round < 100; ++round) {
    f.store(200);
    CHECK(f.scrape("a") == numbered(f.stored - 200, f.stored));
    f.store(10);
    if (round % 3 == 0) f.kill();
    if (round % 3 == 1) f.end();
    CHECK(f.scrape("a") == numbered(f.stored - 10, f.stored));
  }
}

TEST_CASE("what a full log had to drop stays dropped, and the rest is there") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(4000);
  const std::uint64_t dropped = f.numbers("a").dropped_full;
  REQUIRE(dropped > 0);
  f.kill();
  CHECK(f.scrape("a") == numbered(dropped, 4000));
}

TEST_CASE("a log that refuses when it is full keeps all over a kill, up to the last byte") {
  StorageFixture f;
  f.options.when_full = WhenFull::reject;
  f.register_at_end("a");
  const std::uint64_t events = f.store_until_full();
  CHECK(events > 16 * page / small_record * 15 / 16);
  f.kill();
  CHECK(f.append("more") == Stored::full);
  CHECK(f.scrape("a") == numbered(0, events));
  CHECK(f.append("more") == Stored::stored);
}

TEST_CASE("another capacity takes along what waits") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(3000);
  f.scrape("a");
  f.pass(601s);  // the hold is over
  f.store(500);
  f.options.storage.capacity_bytes = 8 * page;
  SUBCASE("after an end in good order") { f.end(); }
  SUBCASE("after a kill") { f.kill(); }
  CHECK(f.numbers("a").waiting == 500);
  CHECK(std::filesystem::file_size(f.options.storage.path) == storage::format::default_ring_offset + 8 * page);
  f.end();
  f.options.storage.capacity_bytes = 64 * page;
  f.store(1000);
  f.kill();
  CHECK(f.scrape("a") == numbered(3000, 4500));
}

TEST_CASE("a capacity that is too small for what waits is refused, and nothing is lost") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(1000);
  f.end();
  f.options.storage.capacity_bytes = 4 * page;
  const storage::Error error = f.refusal();
  CHECK(error.is_lasting);
  CHECK(error.text.find("holds 1 MiB that wait for scrapers, more than storage.capacity_mib") != std::string::npos);
  f.options.storage.capacity_bytes = 16 * page;
  CHECK(f.scrape("a") == numbered(0, 1000));
}

TEST_CASE("with storage::Sync::always an event is there once it was flushed") {
  StorageFixture f;
  f.options.storage.sync = storage::Sync::always;
  f.register_at_end("a");
  CHECK(f.append("n0") == Stored::flushing);
  std::atomic<Stored> told{Stored::flushing};
  f.queue().when_durable(0, [&told](const Durable& durable) {
    told = durable.what;
    told.notify_one();
  });
  told.wait(Stored::flushing);
  CHECK(told == Stored::stored);
  CHECK(f.scrape("a") == numbered(0, 1));
}

TEST_CASE("a file that is deleted or replaced under the program is noticed, and what waits still goes out") {
  StorageFixture f;
  f.options.storage.sync = storage::Sync::always;
  f.options.names = {"a"};
  CHECK(f.append("n0") == Stored::flushing);
  std::atomic<bool> told{false};
  f.queue().when_durable(0, [&told](const Durable&) {
    told = true;
    told.notify_one();
  });
  told.wait(false);
  f.queue().tick();
  CHECK_FALSE(f.queue().unable_to_store());
  const oneshot::test::CapturedLog log;
  const std::string& path = f.options.storage.path;
  SUBCASE("deleted") { std::filesystem::remove(path); }
  SUBCASE("moved away") { std::filesystem::rename(path, path + ".old"); }
  SUBCASE("replaced") {
    std::filesystem::copy_file(path, path + ".copy");
    std::filesystem::rename(path + ".copy", path);
  }
  for (int i = 0; i < 3; ++i) f.queue().tick();
  CHECK(f.queue().unable_to_store());
  CHECK(log.count("level=error msg=\"the event log was deleted or replaced") == 1);
  CHECK(f.append("n1") == Stored::unable);
  CHECK(f.scrape("a") == numbered(0, 1));
  f.end();
}

TEST_CASE("a second program is refused while the first one uses the file") {
  StorageFixture f;
  f.store(1);
  const storage::Error error = f.refusal();
  CHECK_FALSE(error.is_lasting);
  CHECK(error.text.find("is in use by another process") != std::string::npos);
}

TEST_CASE("more scrapers than the file has places for are refused") {
  StorageFixture f;
  f.options.max_unnamed = storage::format::slot_count + 1;
  CHECK(f.refusal().text.find("at most 16384 scrapers can be kept") != std::string::npos);
}

TEST_CASE("times stay unique and ascending within a series over a restart") {
  StorageFixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("a");
  for (int i = 0; i < 5; ++i) REQUIRE(f.append("s") == Stored::stored);
  f.kill();
  for (int i = 0; i < 5; ++i) REQUIRE(f.append("s") == Stored::stored);
  f.clock.advance(1s);
  std::unique_ptr<Delivery> delivery = f.take("a");
  REQUIRE(delivery->count() == 10);
  std::int64_t last = 0;
  for (const BatchEvent& event : events_of(delivery->batch())) {
    CHECK(event.unix_ms > last);
    last = event.unix_ms;
  }
}

TEST_CASE("a clock that was set back while the program was down does not hold events") {
  const oneshot::test::CapturedLog log;
  StorageFixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("a");
  REQUIRE(f.append("s") == Stored::stored);
  f.pass(1s);
  f.end();
  f.clock.step(-1h);
  std::unique_ptr<Delivery> delivery = f.take("a");
  REQUIRE(delivery->count() == 1);
  CHECK(events_of(delivery->batch()).front().unix_ms <= f.clock.unix_ms());
  delivery->settle(delivery::Outcome::truncated);
  delivery = f.take("a");
  f.kill();  // and this is not found out a second time
  CHECK(f.take("a")->count() == 1);
}

TEST_CASE("kills alone do not use up the log and push out what waits") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(10);
  f.kill_again_and_again();
  CHECK(f.queue().statistics().used_bytes < f.options.storage.capacity_bytes / 2);
  f.store(1);
  CHECK(f.numbers("a").dropped_full == 0);
  CHECK(f.scrape("a") == numbered(0, 11));
}

TEST_CASE("a log that refuses when full takes events again after kills with nothing waiting") {
  StorageFixture f;
  f.options.when_full = WhenFull::reject;
  f.register_at_end("a");
  f.pass(601s);  // no hold
  f.kill_again_and_again();
  CHECK(f.append("x") == Stored::stored);
  f.scrape("a");
  CHECK(f.append("x") == Stored::stored);  // not even when the scraper has all
  f.end();
  CHECK(f.append("x") == Stored::stored);  // nor after a restart in good order
}

TEST_CASE("a smaller capacity is taken after a kill if what waits fits") {
  StorageFixture f;
  f.options.storage.capacity_bytes = 64u << 20;
  f.register_at_end("a");
  f.store(10);
  f.kill();
  f.queue();
  f.kill();
  f.options.storage.capacity_bytes = 1u << 20;
  CHECK(f.scrape("a") == numbered(0, 10));
}

TEST_CASE("nothing waits, so nothing is old") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(3);
  f.scrape("a");
  f.kill();
  CHECK(f.numbers("a").waiting == 0);
  CHECK(f.numbers("a").oldest_waiting_seconds == 0);
}

TEST_CASE("with explicit timestamps a padding record does not keep what comes after it for ever") {
  StorageFixture f;
  f.options.explicit_timestamps = true;
  f.register_at_end("a");
  const std::string text(1000, 'x');
  const auto round = [&](int events) {
    for (int i = 0; i < events; ++i) {
      REQUIRE(f.append(text) == Stored::stored);
      f.pass(1s);
      CHECK(f.scrape("a").size() == 1);
    }
  };
  round(70);  // once round the ring and a bit
  f.kill();
  REQUIRE(f.append("after the kill") == Stored::stored);
  f.pass(10s);
  CHECK(f.scrape("a") == Texts{"after the kill"});
}

TEST_CASE("a clock that was set back while the program ran is not found again by the next start") {
  for (const bool killed : {false, true}) {
    CAPTURE(killed);
    StorageFixture f;
    f.options.explicit_timestamps = true;
    f.register_at_end("a");
    f.pass(1s);
    REQUIRE(f.append("s") == Stored::stored);
    f.pass(1s);
    f.clock.step(-1h);
    f.pass(1s);
    std::int64_t before = 0;
    {
      const auto batch = f.queue().peek("a");
      before = events_of(*batch).front().unix_ms;
    }
    const oneshot::test::CapturedLog log;
    killed ? f.kill() : f.end();
    const auto batch = f.queue().peek("a");
    REQUIRE(batch->size() == 1);
    CHECK(events_of(*batch).front().unix_ms == before);
    CHECK(log.count("since the last end") == 0);
  }
}

TEST_CASE("a batch that was given up unread stays so, killed at any moment after that was known") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(2);
  std::unique_ptr<Delivery> delivery = f.take("a");
  delivery->handed_over();
  delivery->settle(delivery::Outcome::unconfirmed);
  f.kill();
  CHECK(f.scrape("a") == numbered(0, 2));
}
