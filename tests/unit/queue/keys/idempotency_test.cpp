// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/captured_log.hpp"
#include "unit/queue/key_fixture.hpp"
#include "unit/queue/storage_fixture.hpp"

using namespace oneshot;
using namespace oneshot::queue;
using namespace oneshot::queue::test;

namespace {

constexpr std::uint64_t table = storage::format::key_table_offset;

/// Everybody gets what was stored while "a" was known.
struct KeyFixture : StorageFixture {
  void in_memory() { options.storage.path.clear(); }
  void watch() { register_at_end("a"); }
  Stored append(std::uint64_t number, std::string_view labels, double value = 1) {
    return queue().append(0, keyed(number, labels, value));
  }
};

}  // namespace

TEST_CASE("an equal event under a known key is a duplicate, another one is refused") {
  KeyFixture f;
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.watch();
  CHECK(f.append(1, "x") == Stored::stored);
  CHECK(f.append(1, "x") == Stored::duplicate);
  CHECK(f.append(1, "y") == Stored::key_reused);
  CHECK(f.append(1, "x", 2) == Stored::key_reused);
  event::Event named = keyed(1, "x");
  named.metric = "deploys";
  CHECK(f.queue().append(0, named) == Stored::key_reused);
  CHECK(f.append(2, "x") == Stored::stored);
  CHECK(f.append(1, "x") == Stored::duplicate);
  CHECK(f.scrape("a") == Texts{"x", "x"});
  CHECK(f.append(1, "x") == Stored::duplicate);
  CHECK(f.scrape("a").empty());
}

TEST_CASE("what the sender says of the time tells no event from another") {
  KeyFixture f;
  f.watch();
  event::Event event = keyed(1, "x");
  event.sent_unix_ms = 1;
  CHECK(f.queue().append(0, event) == Stored::stored);
  event.sent_unix_ms = 2;
  CHECK(f.queue().append(0, event) == Stored::duplicate);
}

TEST_CASE("events without a key are stored each time") {
  KeyFixture f;
  f.watch();
  for (int i = 0; i < 3; ++i) CHECK(f.Fixture::append("x") == Stored::stored);
  CHECK(f.scrape("a") == Texts{"x", "x", "x"});
}

TEST_CASE("without a table no key is known") {
  KeyFixture f;
  f.options.storage.idempotency_keys = 0;
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.watch();
  CHECK(f.append(1, "x") == Stored::stored);
  CHECK(f.append(1, "x") == Stored::stored);
  CHECK(f.scrape("a") == Texts{"x", "x"});
}

TEST_CASE("a key is known for as long as the setting says") {
  KeyFixture f;
  f.options.idempotency = 60s;
  f.watch();
  CHECK(f.append(1, "x") == Stored::stored);
  f.clock.advance(59s);
  CHECK(f.append(1, "x") == Stored::duplicate);
  f.clock.advance(1s);
  CHECK(f.append(1, "y") == Stored::stored);
  CHECK(f.append(1, "x") == Stored::key_reused);
  f.options.idempotency = 30s;
  f.queue().change(f.options);
  f.clock.advance(30s);
  CHECK(f.append(1, "x") == Stored::stored);
}

TEST_CASE("a clock that is set makes no key older or younger") {
  KeyFixture f;
  f.options.idempotency = 60s;
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.watch();
  CHECK(f.append(1, "x") == Stored::stored);
  f.clock.step(25h);
  CHECK(f.append(1, "x") == Stored::duplicate);
  CHECK(f.append(2, "y") == Stored::stored);
  f.clock.step(-50h);
  CHECK(f.append(1, "x") == Stored::duplicate);
  f.clock.advance(59s);
  CHECK(f.append(2, "y") == Stored::duplicate);
  f.clock.advance(1s);
  CHECK(f.append(1, "x") == Stored::stored);
}

TEST_CASE("the oldest keys leave where there are too many") {
  KeyFixture f;
  f.options.storage.idempotency_keys = 100;  // of which 128 are made, 8 for each part
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.watch();
  for (std::uint64_t n = 0; n < 160; ++n) CHECK(f.append(n, "x") == Stored::stored);
  for (std::uint64_t n = 32; n < 160; ++n) CHECK(f.append(n, "x") == Stored::duplicate);
  for (std::uint64_t n = 0; n < 32; ++n) CHECK(f.append(n, "x") == Stored::stored);
}

TEST_CASE("a full log says so, and the key is not taken for it") {
  KeyFixture f;
  f.options.when_full = WhenFull::reject;
  f.watch();
  const std::uint64_t count = f.store_until_full();
  CHECK(f.append(1, "x") == Stored::full);
  CHECK(f.scrape("a").size() == count);
  CHECK(f.append(1, "x") == Stored::stored);
  CHECK(f.append(1, "x") == Stored::duplicate);
}

TEST_CASE("keys survive an end, a kill, a loss of power, other sizes of the file, and delivery") {
  for (int end = 0; end < 6; ++end) {
    CAPTURE(end);
    KeyFixture f;
    f.watch();
    for (std::uint64_t n = 0; n < 50; ++n) REQUIRE(f.append(n, "x") == Stored::stored);
    CHECK(f.scrape("a").size() == 50);
    for (std::uint64_t n = 50; n < 100; ++n) REQUIRE(f.append(n, "x") == Stored::stored);
    if (end == 0) f.end();
    if (end == 1) f.kill();
    if (end == 2) f.lose_power();
    if (end == 3) f.kill_again_and_again();
    if (end == 4) f.options.storage.capacity_bytes *= 2;
    if (end == 5) f.options.storage.idempotency_keys = 1000;
    if (end > 3) f.kill();
    for (std::uint64_t n = 0; n < 100; ++n) CHECK(f.append(n, "x") == Stored::duplicate);
    CHECK(f.append(1, "y") == Stored::key_reused);
    CHECK(f.scrape("a").size() == 50);
  }
}

TEST_CASE("a smaller table keeps the newest keys, none forgets all, and a larger one begins with what the log has") {
  KeyFixture f;
  f.options.startup_hold = 0s;
  f.watch();
  for (std::uint64_t n = 0; n < 1000; ++n) REQUIRE(f.append(n, "x") == Stored::stored);
  CHECK(f.scrape("a").size() == 1000);
  f.pass(1s);  // ends the startup hold: what was delivered is no longer in the log
  f.end();
  f.options.storage.idempotency_keys = 128;
  for (std::uint64_t n = 872; n < 1000; ++n) CHECK(f.append(n, "x") == Stored::duplicate);
  for (std::uint64_t n = 0; n < 16; ++n) CHECK(f.append(n, "x") == Stored::stored);
  f.end();
  f.options.storage.idempotency_keys = 0;
  CHECK(f.append(999, "x") == Stored::stored);
  f.end();
  f.options.storage.idempotency_keys = 4096;
  CHECK(f.append(998, "x") == Stored::stored);
  CHECK(f.append(999, "x") == Stored::duplicate);  // waits in the log
  CHECK(f.append(3, "x") == Stored::duplicate);
}

TEST_CASE("a kill between the record and the note: the log knows the key") {
  KeyFixture f;
  f.watch();
  for (std::uint64_t n = 0; n < 20; ++n) REQUIRE(f.append(n, "x") == Stored::stored);
  f.kill();
  forget_keys(f);
  for (std::uint64_t n = 0; n < 20; ++n) CHECK(f.append(n, "x") == Stored::duplicate);
  CHECK(f.append(3, "y") == Stored::key_reused);
  CHECK(f.scrape("a").size() == 20);
}

TEST_CASE("old events that wait push no newer keys out of the table") {
  KeyFixture f;
  f.options.storage.idempotency_keys = 128;
  f.watch();
  for (std::uint64_t n = 0; n < 300; ++n) REQUIRE(f.append(n, "x") == Stored::stored);
  f.kill();
  for (std::uint64_t n = 172; n < 300; ++n) CHECK(f.append(n, "x") == Stored::duplicate);
}

TEST_CASE("a key of which the event is not in the log, and should be, is unknown") {
  KeyFixture f;
  f.watch();
  for (std::uint64_t n = 0; n < 3; ++n) REQUIRE(f.append(n, n == 1 ? "spoiled" : "x") == Stored::stored);
  const oneshot::test::CapturedLog log;
  SUBCASE("its record is damaged") {
    f.end();
    f.damage(f.offset_of("spoiled"));
    CHECK(f.append(1, "spoiled") == Stored::stored);
    CHECK(f.append(1, "spoiled") == Stored::duplicate);
  }
  SUBCASE("its record never reached the disk") {
    f.lose_power();
    const std::uint64_t beyond = std::uint64_t{1} << 20;
    f.write(table + sizeof(storage::KeyEntry),
            storage::KeyEntry{.key = key_of(16), .offset = beyond, .fingerprint = 1, .unix_seconds = 1'700'000'000});
    CHECK(f.append(16, "x") == Stored::stored);
  }
  CHECK(f.append(0, "x") == Stored::duplicate);
  CHECK(f.append(2, "x") == Stored::duplicate);
}

TEST_CASE("with storage::Sync::always a repeat waits until the first one is durable, and no longer") {
  KeyFixture f;
  f.options.storage.sync = storage::Sync::always;
  f.watch();
  CHECK(f.append(1, "x") == Stored::flushing);
  // Nobody has asked for a flush yet, so it comes within 100 ms or so.
  CHECK(f.append(1, "x") == Stored::key_in_flight);
  CHECK(f.append(1, "y") == Stored::key_reused);
  std::atomic<Stored> told{Stored::flushing};
  f.queue().when_durable(0, [&told](const Durable& durable) {
    told = durable.what;
    told.notify_one();
  });
  told.wait(Stored::flushing);
  CHECK(f.append(1, "x") == Stored::duplicate);
  CHECK(f.scrape("a") == Texts{"x"});
  f.kill();
  CHECK(f.append(1, "x") == Stored::duplicate);
}

TEST_CASE("of many who post the same at once one is told that it is stored") {
  for (const bool in_file : {false, true}) {
    KeyFixture f;
    if (!in_file) f.in_memory();
    f.options.appenders = 4;
    f.options.storage.capacity_bytes = 256 * page;
    f.watch();
    constexpr std::uint64_t events = 3000;
    std::array<std::atomic<unsigned>, events> stored{};
    std::atomic<unsigned> others{0};
    {
      std::vector<std::jthread> threads;
      for (unsigned appender = 0; appender < 4; ++appender) {
        threads.emplace_back([&, appender] {
          for (std::uint64_t n = 0; n < events; ++n) {
            const std::string labels = "n" + std::to_string(n);
            const Stored what = f.queue().append(appender, keyed(n, labels));
            if (what == Stored::stored) ++stored[n];
            if (what != Stored::stored && what != Stored::duplicate) ++others;
          }
        });
      }
    }
    CHECK(others == 0);
    CHECK(std::ranges::all_of(stored, [](const auto& times) { return times == 1; }));
    CHECK(f.scrape("a").size() == events);
  }
}
