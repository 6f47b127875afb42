// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "support/captured_log.hpp"
#include "unit/queue/key_fixture.hpp"
#include "unit/queue/storage_fixture.hpp"

using namespace oneshot;
using namespace oneshot::queue;
using namespace oneshot::queue::test;

namespace {

struct BatchFixture : StorageFixture {
  void in_memory() { options.storage.path.clear(); }
  StoredAll append_all(const std::vector<event::Event>& events) { return queue().append_all(0, events); }
  bool is_stored_durably() {
    std::atomic<Stored> told{Stored::flushing};
    queue().when_durable(0, [&told](const Durable& durable) {
      told = durable.what;
      told.notify_one();
    });
    told.wait(Stored::flushing);
    return told == Stored::stored;
  }
};

bool is(const StoredAll& all, Stored what, std::size_t stored, std::size_t duplicates, std::size_t at = 0) {
  return all.what == what && all.stored == stored && all.duplicates == duplicates && all.at == at;
}

}  // namespace

TEST_CASE("a batch is stored in its order, between what came before and after it") {
  BatchFixture f;
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.register_at_end("a");
  f.append("before");
  CHECK(is(f.append_all({event_of("x"), event_of("y"), event_of("x")}), Stored::stored, 3, 0));
  f.append("after");
  CHECK(f.scrape("a") == Texts{"before", "x", "y", "x", "after"});
  CHECK(is(f.append_all({}), Stored::stored, 0, 0));
  CHECK(f.scrape("a").empty());
}

TEST_CASE("what is known of a batch is left out, also what the batch has twice") {
  BatchFixture f;
  f.register_at_end("a");
  CHECK(is(f.append_all({keyed(1, "x"), keyed(2, "y"), keyed(1, "x"), event_of("z")}), Stored::stored, 3, 1));
  CHECK(is(f.append_all({keyed(3, "w"), keyed(2, "y")}), Stored::stored, 1, 1));
  CHECK(is(f.append_all({keyed(1, "x"), keyed(2, "y")}), Stored::stored, 0, 2));
  CHECK(f.queue().append(0, keyed(3, "w")) == Stored::duplicate);
  CHECK(f.scrape("a") == Texts{"x", "y", "z", "w"});
}

TEST_CASE("a key of another event refuses the whole batch, and says which") {
  BatchFixture f;
  f.register_at_end("a");
  REQUIRE(f.queue().append(0, keyed(1, "x")) == Stored::stored);
  CHECK(is(f.append_all({keyed(2, "y"), event_of("z"), keyed(1, "other")}), Stored::key_reused, 0, 0, 2));
  CHECK(is(f.append_all({keyed(3, "y"), keyed(3, "z")}), Stored::key_reused, 0, 0, 1));
  CHECK(is(f.append_all({keyed(2, "y")}), Stored::stored, 1, 0));
  CHECK(f.scrape("a") == Texts{"x", "y"});
}

TEST_CASE("a batch that has no room is refused as a whole, and its keys stay unknown") {
  BatchFixture f;
  f.options.when_full = WhenFull::reject;
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.register_at_end("a");
  std::vector<event::Event> events;
  const std::uint64_t room = f.options.storage.capacity_bytes / (small_record + 16);
  for (std::uint64_t n = 0; n < room; ++n) events.push_back(keyed(n, "x"));
  f.append("one");
  CHECK(is(f.append_all(events), Stored::full, 0, 0));
  CHECK(f.scrape("a") == Texts{"one"});
  events.pop_back();
  CHECK(f.append_all(events).stored == room - 1);
  CHECK(f.scrape("a").size() == room - 1);
  events.assign(f.options.storage.capacity_bytes / small_record + 1, event_of("y"));
  CHECK(f.append_all(events).what == Stored::full);  // there never will be
}

TEST_CASE("the oldest events make room for a batch") {
  BatchFixture f;
  SUBCASE("in memory") { f.in_memory(); }
  SUBCASE("in a file") {}
  f.register_at_end("a");
  for (int i = 0; i < 2000; ++i) REQUIRE(f.append("n" + std::to_string(i % 10)) == Stored::stored);
  CHECK(is(f.append_all(std::vector<event::Event>(500, event_of("x"))), Stored::stored, 500, 0));
  const Texts all = f.scrape("a");
  CHECK(std::count(all.begin(), all.end(), "x") == 500);
}

TEST_CASE("with storage::Sync::always a batch is durable as a whole") {
  BatchFixture f;
  f.options.storage.sync = storage::Sync::always;
  f.register_at_end("a");
  const std::vector<event::Event> events{keyed(1, "x"), keyed(2, "y")};
  CHECK(is(f.append_all(events), Stored::flushing, 2, 0));
  CHECK(is(f.append_all({event_of("w"), keyed(2, "y")}), Stored::key_in_flight, 0, 0, 1));
  CHECK(f.is_stored_durably());
  CHECK(is(f.append_all(events), Stored::stored, 0, 2));
  CHECK(f.scrape("a") == Texts{"x", "y"});
}

TEST_CASE("batches survive, their keys too, and a kill amid one is no damage") {
  for (int end = 0; end < 3; ++end) {
    CAPTURE(end);
    BatchFixture f;
    f.register_at_end("a");
    REQUIRE(f.append_all({keyed(1, "first"), keyed(2, "second"), keyed(3, "third")}).stored == 3);
    f.append("after");
    end == 0 ? f.end() : f.kill();
    if (end == 2) {
      // As if the program had been killed when the second record was not yet whole.
      const std::uint64_t record = small_record + 16;
      f.write(storage::format::in_flight_offset, std::uint64_t{0});
      f.write(storage::format::in_flight_offset + 8, 3 * record);
      for (std::uint64_t at = record; at < 3 * record; at += 8) f.write(f.in_ring(at), std::uint64_t{0});
      forget_keys(f);
    }
    const std::uint64_t whole = end == 2 ? 1 : 3;
    CHECK(f.numbers("a").dropped_damaged == 0);
    CHECK(
        is(f.append_all({keyed(1, "first"), keyed(2, "second"), keyed(3, "third")}), Stored::stored, 3 - whole, whole));
    CHECK(f.scrape("a") ==
          (end == 2 ? Texts{"first", "after", "second", "third"} : Texts{"first", "second", "third", "after"}));
  }
}
