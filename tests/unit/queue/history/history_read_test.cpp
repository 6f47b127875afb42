// SPDX-License-Identifier: MIT
// What is shown of the log: pages of events, one event.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "unit/queue/history_fixture.hpp"

namespace oneshot::queue::test {
namespace {

TEST_CASE("a page has the newest events, the newest last, and says whether older ones fit") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(500);
  HistoryPage shown = f.show({.limit = 3});
  CHECK(labels_of(shown) == numbered(497, 500));
  CHECK(shown.truncated);
  shown = f.show({.limit = 500});
  CHECK(labels_of(shown) == numbered(0, 500));
  CHECK_FALSE(shown.truncated);
  CHECK(labels_of(f.show()) == numbered(400, 500));
  CHECK(f.show({.limit = 0}).events.size() == 1);
  CHECK(f.show({.limit = 100'000}).events.size() == 500);
}

TEST_CASE("a page of 100 of 100,000 events takes a few steps, wherever the readers of batches have walked before") {
  HistoryFixture f;
  f.options.storage.capacity_bytes = 4096 * page;
  f.options.max_events_per_scrape = 1'000'000;
  f.register_at_end("a");
  f.store(100'000);
  SUBCASE("all wait") {}
  SUBCASE("all were delivered in one batch") { CHECK(f.scrape("a").size() == 100'000); }
  const std::unique_ptr<HistoryReader> reader = f.queue().read_history({});
  int steps = 1;
  while (reader->step() != HistoryWalk::Step::done) ++steps;
  CHECK(steps < 60);
  CHECK(labels_of(reader->take()) == numbered(99'900, 100'000));
}

TEST_CASE("an empty log has an empty page") {
  HistoryFixture f;
  const HistoryPage shown = f.show();
  CHECK(shown.events.empty());
  CHECK_FALSE(shown.truncated);
  CHECK(shown.from_unix_ms == 0);
}

TEST_CASE("an event is shown with all that was sent, and when it was accepted") {
  HistoryFixture f;
  f.clock.set(1'700'000'000'000);
  f.queue().append(0, {.labels = R"(a="b")", .value = 2.5, .value_given = true, .metric = "m", .sent_unix_ms = 1234});
  const HistoryPage shown = f.show();
  REQUIRE(shown.events.size() == 1);
  const HistoryEvent& event = shown.events[0];
  CHECK(event.labels == R"(a="b")");
  CHECK(event.value == 2.5);
  CHECK(event.value_given);
  CHECK(event.metric == "m");
  CHECK(event.unix_ms == 1'700'000'000'000);
  CHECK(event.sent_unix_ms == 1234);
  CHECK(shown.from_unix_ms == 1'700'000'000'000);
}

TEST_CASE("since and until are about when an event was accepted") {
  HistoryFixture f;
  f.register_at_end("a");
  const std::int64_t start = f.clock.unix_ms();
  for (int i = 0; i < 10; ++i) {
    f.store(1);
    f.clock.advance(60s);
  }
  CHECK(labels_of(f.show({.since_unix_ms = start + 5 * 60'000})) == numbered(5, 10));
  CHECK(labels_of(f.show({.until_unix_ms = start + 5 * 60'000})) == numbered(0, 5));
  CHECK(labels_of(f.show({.since_unix_ms = start + 60'000, .until_unix_ms = start + 180'000})) == numbered(1, 3));
  CHECK(f.show({.since_unix_ms = start + 3'600'000}).events.empty());
}

TEST_CASE("labels and the metric must be exactly so; an empty value means that there is no such label") {
  HistoryFixture f;
  const auto append = [&](std::string_view labels, std::string_view metric = {}) {
    f.queue().append(0, {.labels = labels, .metric = metric});
  };
  append(R"(env="prod",type="deploy")");
  append(R"(env="test",type="deploy")");
  append(R"(type="deploy")", "other");
  append(R"(message="a\"b\\c\nd",type="login")");
  const auto found = [&](std::vector<LabelIs> labels, std::optional<std::string> metric = {}) {
    return labels_of(f.show({.metric = std::move(metric), .labels = std::move(labels)}));
  };
  CHECK(found({{"type", "deploy"}}).size() == 3);
  CHECK(found({{"type", "deploy"}, {"env", "prod"}}) == Texts{R"(env="prod",type="deploy")"});
  CHECK(found({{"env", ""}}).size() == 2);
  CHECK(found({{"message", "a\"b\\c\nd"}}).size() == 1);
  CHECK(found({{"type", "dep"}}).empty());
  CHECK(found({{"ype", "deploy"}}).empty());
  CHECK(found({}, "other").size() == 1);
  CHECK(found({}, "").size() == 3);
  CHECK(found({{"type", "deploy"}}, "").size() == 2);
}

TEST_CASE("an event says for whom it waits, and to whom it is on its way") {
  HistoryFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(2);
  f.scrape("a");
  const std::unique_ptr<Delivery> on_its_way = f.take("b");
  f.store(1);
  const HistoryPage shown = f.show();
  REQUIRE(shown.events.size() == 3);
  CHECK(shown.events[0].waiting_for.empty());
  CHECK(shown.events[0].in_flight_to == Texts{"b"});
  CHECK(shown.events[2].waiting_for == Texts{"a", "b"});
  CHECK(shown.events[2].in_flight_to.empty());
}

TEST_CASE("of one scraper a page shows only what waits for it or is on its way") {
  HistoryFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(3);
  f.scrape("a");
  f.store(2);
  CHECK(labels_of(f.show({.scraper = "a"})) == numbered(3, 5));
  CHECK(labels_of(f.show({.scraper = "b"})) == numbered(0, 5));
  const std::unique_ptr<Delivery> on_its_way = f.take("a");
  CHECK(labels_of(f.show({.scraper = "a"})) == numbered(3, 5));
  CHECK(f.queue().read_history({.scraper = "c"}) == nullptr);
}

TEST_CASE("what the log overwrites while somebody reads is left out") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(1000);
  const std::unique_ptr<HistoryReader> reader = f.queue().read_history({.limit = HistoryQuery::most});
  for (int i = 0; i < 4; ++i) CHECK(reader->step() != HistoryWalk::Step::done);
  f.store(1200);
  walk(*reader);
  const Texts shown = labels_of(reader->take());
  CHECK(shown.size() < 1000);
  for (const std::string& text : shown) CHECK(text.starts_with("n"));
}

TEST_CASE("a reader keeps no room, and slows down where room is short") {
  HistoryFixture f;
  f.options.when_full = WhenFull::reject;
  f.register_at_end("a");
  f.store(1000);
  const std::unique_ptr<HistoryReader> reader = f.queue().read_history({});
  CHECK(reader->step() == HistoryWalk::Step::more);
  const std::uint64_t more = f.store_until_full();
  CHECK(1000 + more == 16 * page / small_record);
  CHECK(reader->step() == HistoryWalk::Step::short_of_room);
  walk(*reader);
  CHECK(f.scrape("a").size() == 1000 + more);
}

TEST_CASE("an id finds its event, and what became of it for each scraper") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(3);
  const StoredOne stored = f.queue().append(0, event_of("x"));
  REQUIRE(stored.what == Stored::stored);
  f.register_at_end("late");
  f.clock.advance(5s);
  const std::int64_t taken = f.clock.unix_ms();
  std::unique_ptr<Delivery> delivery = f.take("a");
  const auto state = [&](std::string_view scraper) {
    const std::optional<FoundEvent> found = f.queue().find(stored.id);
    REQUIRE(found);
    CHECK(found->event.labels == "x");
    CHECK(found->event.id == stored.id);
    for (const ScraperOfEvent& one : found->scrapers)
      if (one.name == scraper) return one;
    FAIL("no such scraper");
    return ScraperOfEvent{};
  };
  CHECK(state("a").state == EventState::in_flight);
  CHECK(state("a").unix_ms == taken);
  CHECK(state("late").state == EventState::before_it_came);
  delivery->handed_over();
  delivery->settle(delivery::Outcome::truncated);
  CHECK(state("a").state == EventState::waiting);
  f.clock.advance(5s);
  f.scrape("a");
  CHECK(state("a").state == EventState::delivered);
  CHECK(state("a").unix_ms == taken + 5000);
}

TEST_CASE("what is no id of an event in the log finds nothing") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(2);
  const EventId id = f.queue().append(0, event_of(R"(a="0123456789012345678901234567890123456789")")).id;
  REQUIRE(f.queue().find(id));
  CHECK_FALSE(f.queue().find({.place = id.place, .tag = id.tag ^ 1}));
  for (std::uint64_t place = 0; place < 40; ++place) {
    if (place != id.place) CHECK_FALSE(f.queue().find({.place = place, .tag = id.tag}));
  }
  CHECK_FALSE(f.queue().find({.place = EventId::none >> 8, .tag = id.tag}));
  HistoryFixture other;
  other.register_at_end("a");
  other.store(3);
  CHECK_FALSE(other.queue().find(id));
}

TEST_CASE("an id is good over a restart, and not for an event that takes the place of a lost one") {
  HistoryFixture f;
  f.use_file();
  f.register_at_end("a");
  f.store(2);
  const EventId id = f.queue().append(0, event_of("last")).id;
  SUBCASE("in good order") {
    f.end();
    REQUIRE(f.queue().find(id));
    CHECK(f.queue().find(id)->event.labels == "last");
  }
  SUBCASE("killed") {
    f.kill();
    REQUIRE(f.queue().find(id));
  }
  SUBCASE("the power was lost, and the event with it") {
    f.lose_power();
    f.damage(f.in_ring(id.offset() + 8));
    f.clock.advance(1s);
    CHECK_FALSE(f.queue().find(id));
    f.end();
    f.store(2);
    CHECK_FALSE(f.queue().find(id));
  }
}

TEST_CASE("events of a batch have ids in their order, and a duplicate that of the event before") {
  HistoryFixture f;
  f.register_at_end("a");
  const event::IdempotencyKey one{.high = 1, .low = 1};
  const event::IdempotencyKey two{.high = 2, .low = 2};
  const std::vector<event::Event> events = {
      {.labels = "a", .key = one}, {.labels = "b"}, {.labels = "a", .key = one}, {.labels = "c", .key = two}};
  const StoredAll first = f.queue().append_all(0, events);
  REQUIRE(first.ids.size() == 4);
  CHECK(first.stored == 3);
  CHECK(first.ids[0] == first.ids[2]);
  for (std::size_t i = 0; i < events.size(); ++i) CHECK(f.queue().find(first.ids[i])->event.labels == events[i].labels);

  const StoredAll again = f.queue().append_all(0, events);
  CHECK(again.duplicates == 3);
  CHECK(again.ids[0] == first.ids[0]);
  CHECK(again.ids[3] == first.ids[3]);
  CHECK(again.ids[1] != first.ids[1]);
  const StoredOne alone = f.queue().append(0, events[3]);
  CHECK(alone.what == Stored::duplicate);
  CHECK(alone.id == first.ids[3]);
}

TEST_CASE("a duplicate of an event that is gone has no id") {
  HistoryFixture f;
  f.options.history = 0s;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  const event::Event event{.labels = "a", .key = event::IdempotencyKey{.high = 1, .low = 1}};
  CHECK_FALSE(f.queue().append(0, event).id.is_none());
  f.store(200);
  f.scrape("a");
  f.pass(1s);
  const StoredOne again = f.queue().append(0, event);
  CHECK(again.what == Stored::duplicate);
  CHECK(again.id.is_none());
}

TEST_CASE("who sent an event is kept where that is wanted, and forgotten where it is not any more") {
  HistoryFixture f;
  const Sender sender{.client = "ci", .peer = "10.0.0.7", .agent = "curl/8"};
  const EventId before = f.queue().append(0, event_of("a")).id;
  f.queue().note_sender({&before, 1}, sender);
  CHECK_FALSE(f.show().events[0].sender);

  f.options.keep_senders = true;
  f.queue().change(f.options);
  const EventId id = f.queue().append(0, event_of("b")).id;
  f.queue().note_sender({&id, 1}, sender);
  CHECK(f.show().events[1].sender == sender);
  CHECK(f.queue().find(id)->event.sender == sender);

  f.options.keep_senders = false;
  f.queue().change(f.options);
  CHECK_FALSE(f.show().events[1].sender);
}

TEST_CASE("of senders the newest 65,536 events are known, and 1,024 senders at once") {
  SenderMemory memory;
  memory.turn(true);
  const auto sender = [](int i) { return Sender{.peer = std::to_string(i)}; };
  for (int i = 0; i < 70'000; ++i) {
    const EventId id{.place = static_cast<std::uint64_t>(i)};
    memory.note({&id, 1}, sender(i % 2));
  }
  CHECK_FALSE(memory.of({.place = 70'000 - 65'536 - 1}));
  CHECK(memory.of({.place = 70'000 - 65'536}) == sender(0));
  for (int i = 0; i < 2000; ++i) {
    const EventId id{.place = std::uint64_t{70'000} + static_cast<std::uint64_t>(i)};
    memory.note({&id, 1}, sender(100 + i));
  }
  CHECK(memory.of({.place = 70'000}) == sender(100));
  CHECK(memory.of({.place = 70'000 + 1021}) == sender(1121));
  CHECK_FALSE(memory.of({.place = 70'000 + 1022}));
}

}  // namespace
}  // namespace oneshot::queue::test
