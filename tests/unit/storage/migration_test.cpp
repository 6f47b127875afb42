// SPDX-License-Identifier: MIT
//
// Files of version 1, as 0.1.0 leaves them however it ends, become files of version 2 and lose nothing by that.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "event_log/record.hpp"
#include "support/captured_log.hpp"
#include "support/version_1_file.hpp"
#include "unit/queue/storage_fixture.hpp"

using namespace oneshot;
using namespace oneshot::queue;
using namespace oneshot::queue::test;

namespace {

struct Old : StorageFixture {
  /// The ends of a program of version 1.
  void end_old() { end(), age(); }
  void kill_old() { kill(), age(); }
  void lose_power_old() { lose_power(), age(); }

  [[nodiscard]] std::uint32_t version() const { return read<std::uint32_t>(offsetof(storage::Layout, version)); }
  [[nodiscard]] std::string bytes() const {
    std::ifstream file(options.storage.path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  void age() {
    oneshot::test::make_version_1(options.storage.path);
    REQUIRE(version() == 1);
  }
};

}  // namespace

TEST_CASE("a file of version 1 becomes one of version 2, once, and says so") {
  Old f;
  f.register_at_end("a");
  f.store(5);
  f.scrape("a");
  f.store(3);
  f.end_old();
  const oneshot::test::CapturedLog log;
  CHECK(f.numbers("a").waiting == 3);
  CHECK(log.count("event log moved to a newer format") == 1);
  CHECK(f.version() == 2);
  CHECK(std::filesystem::file_size(f.options.storage.path) == storage::format::default_ring_offset + 16 * page);
  CHECK_FALSE(std::filesystem::exists(f.options.storage.path + ".new"));
  f.end();
  CHECK(f.scrape("a") == numbered(5, 8));
  CHECK(log.count("event log moved to a newer format") == 1);
}

TEST_CASE("everything that waits in a file of version 1 is there, however its program ended") {
  for (int end = 0; end < 3; ++end) {
    CAPTURE(end);
    Old f;
    f.register_at_end("a");
    f.register_at_end("b");
    for (int round = 0; round < 20; ++round) {  // round the ring
      f.store(300);
      CHECK(f.scrape("a").size() == 300);
      CHECK(f.scrape("b").size() == 300);
    }
    f.store(7);
    f.scrape("b");
    f.store(4);
    if (end == 0) f.end_old();
    if (end == 1) f.kill_old();
    if (end == 2) f.lose_power_old();
    CHECK(f.scrape("a") == numbered(6000, 6011));
    CHECK(f.scrape("b") == numbered(6007, 6011));
    f.store(1);
    f.kill();
    CHECK(f.scrape("a") == numbered(6011, 6012));
  }
}

TEST_CASE("values, times and flags of a file of version 1 stay") {
  Old f;
  f.register_at_end("a");
  REQUIRE(f.queue().append(0, {.labels = "x=\"1\"", .value = 2.5, .value_given = true}) == Stored::stored);
  REQUIRE(f.queue().append(0, {.labels = ""}) == Stored::stored);
  const std::int64_t stored_at = f.clock.unix_ms();
  f.clock.advance(5s);
  f.kill_old();
  const std::unique_ptr<Delivery> delivery = f.take("a");
  REQUIRE(delivery->count() == 2);
  BatchEvent event = events_of(delivery->batch()).front();
  CHECK(event.labels == "x=\"1\"");
  CHECK(event.value == 2.5);
  CHECK(event.value_given);
  CHECK(event.unix_ms == stored_at);
  CHECK(event.metric.empty());
  CHECK_FALSE(event.key);
  CHECK_FALSE(event.sent_unix_ms);
  event = events_of(delivery->batch()).back();
  CHECK(event.labels.empty());
  CHECK_FALSE(event.value_given);
}

TEST_CASE("a batch in flight in a file of version 1 is settled by the same rules") {
  for (const bool handed_over : {false, true}) {
    for (const bool power_lost : {false, true}) {
      CAPTURE(handed_over);
      CAPTURE(power_lost);
      Old f;
      f.register_at_end("a");
      f.store(3);
      const std::unique_ptr<Delivery> delivery = f.take("a");
      if (handed_over) delivery->handed_over();
      power_lost ? f.lose_power_old() : f.kill_old();
      CHECK(f.numbers("a").waiting == (handed_over && !power_lost ? 0 : 3));
    }
  }
}

TEST_CASE("the startup hold of a file of version 1 stays") {
  Old f;
  f.store(2);
  f.kill_old();
  f.store(1);
  CHECK(f.scrape("a") == numbered(0, 3));
}

TEST_CASE("times of a file of version 1 that are ahead of the clock stay corrected, and ascend") {
  Old f;
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
  f.kill_old();
  {
    const auto batch = f.queue().peek("a");
    REQUIRE(batch->size() == 1);
    CHECK(events_of(*batch).front().unix_ms == before);
  }
  REQUIRE(f.append("s") == Stored::stored);
  const auto batch = f.queue().peek("a");
  const std::vector<BatchEvent> events = events_of(*batch);
  REQUIRE(events.size() == 2);
  CHECK(events[1].series_hash == events[0].series_hash);
  CHECK(events[1].unix_ms > events[0].unix_ms);
}

TEST_CASE("damage in a file of version 1 is found, counted and told as before") {
  Old f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(10);
  f.kill();
  SUBCASE("a text") { f.damage(f.offset_of("n5")); }
  SUBCASE("a record") { f.damage(f.offset_of("n5") - sizeof(event_log::Record) + 8); }
  oneshot::test::make_version_1(f.options.storage.path);
  const oneshot::test::CapturedLog log;
  CHECK(f.numbers("a").dropped_damaged == 1);
  CHECK(log.count("events lost: parts of the event log cannot be read") == 1);
  CHECK(f.scrape("a").size() == 9);
}

TEST_CASE("an event of version 1 that was being written at the kill is no damage") {
  Old f;
  f.register_at_end("a");
  f.store(10);
  f.kill();
  const std::uint64_t record = f.offset_of("n5") - sizeof(event_log::Record);
  f.damage(record + 8);
  f.write(storage::format::in_flight_offset, record - storage::format::default_ring_offset);
  oneshot::test::make_version_1(f.options.storage.path);
  CHECK(f.numbers("a").dropped_damaged == 0);
  CHECK(f.scrape("a").size() == 9);
}

TEST_CASE("a damaged entry or cursor of version 1 costs what it cost before") {
  Old f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(10);
  f.scrape("a");
  f.end();
  const oneshot::test::CapturedLog log;
  SUBCASE("a cursor") {
    f.damage(storage::format::slots_offset + offsetof(storage::ScraperSlot, cursor) + 3);
    oneshot::test::make_version_1(f.options.storage.path);
    CHECK(f.scrape("a") == numbered(0, 10));
    CHECK(log.count("where this scraper stood is damaged") == 1);
  }
  SUBCASE("an entry") {
    f.damage(storage::format::slots_offset + offsetof(storage::ScraperSlot, name));
    oneshot::test::make_version_1(f.options.storage.path);
    CHECK_FALSE(f.known("a"));
    CHECK(log.count("scrapers lost") == 1);
  }
  CHECK(f.scrape("b") == numbered(0, 10));
}

TEST_CASE("another capacity is taken at the same start") {
  Old f;
  f.register_at_end("a");
  f.store(500);
  f.kill_old();
  f.options.storage.capacity_bytes = 64 * page;
  const oneshot::test::CapturedLog log;
  CHECK(f.scrape("a") == numbered(0, 500));
  CHECK(log.count("event log moved to a newer format") == 1);
  CHECK(log.count("the event log has another capacity now") == 1);
}

TEST_CASE("a file of version 1 that cannot be read is refused, and not changed") {
  Old f;
  f.register_at_end("a");
  f.store(3);
  f.end_old();
  const auto refuses = [&](const char* words) {
    const std::string before = f.bytes();
    const storage::Error error = f.refusal();
    CHECK(error.is_lasting);
    CHECK_MESSAGE(error.text.find(words) != std::string::npos, error.text);
    CHECK(f.bytes() == before);
    CHECK_FALSE(std::filesystem::exists(f.options.storage.path + ".new"));
  };
  SUBCASE("a damaged header") {
    for (const std::size_t at :
         {std::size_t{12}, std::size_t{16}, std::size_t{24}, std::size_t{40}, offsetof(storage::Header, reserved_end),
          offsetof(storage::Header, hold), offsetof(storage::Header, end), offsetof(storage::Header, latest_unix_ms),
          offsetof(storage::Header, skew_ranges)}) {
      CAPTURE(at);
      f.damage(at + 2);
      refuses("has a damaged header: move it away");
      f.damage(at + 2);
    }
    CHECK(f.scrape("a") == numbered(0, 3));
  }
  SUBCASE("cut short") {
    std::filesystem::resize_file(f.options.storage.path, storage::format::key_table_offset + 15 * page);
    refuses("is cut short");
  }
}

TEST_CASE("what an interrupted change of format has left is replaced") {
  Old f;
  f.register_at_end("a");
  f.store(3);
  f.kill_old();
  std::filesystem::copy_file(f.options.storage.path, f.options.storage.path + ".new");
  CHECK(f.scrape("a") == numbered(0, 3));
  CHECK(f.version() == 2);
  CHECK_FALSE(std::filesystem::exists(f.options.storage.path + ".new"));
}
