// SPDX-License-Identifier: MIT
// How posted events get into records, and what their posters are told.
#include "cluster/groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "simulation/memory_log.hpp"

namespace oneshot::cluster::test {
namespace {

using namespace std::chrono_literals;
using queue::Durable;
using simulation::MemoryEngine;
using simulation::MemoryLog;
using simulation::Scheduler;

constexpr unsigned worker = 0;

queue::Options queue_options() {
  queue::Options options;
  options.storage.capacity_bytes = std::uint64_t{1} << 20;
  options.storage.idempotency_keys = 1024;
  options.names = {"prom-a"};
  return options;
}

Replica::Options replica_options(const std::string& name, Publisher publisher) {
  return {.name = name, .version = "1", .publisher = publisher, .salt = 5, .agreement = Agreement::of(queue_options())};
}

struct Posting {
  Posting() {
    replica.start();
    pass(2s);
    REQUIRE(replica.state() == Replica::State::ready);
  }

  void pass(std::chrono::milliseconds time) {
    for (const SteadyTime until = scheduler.steady() + time; scheduler.steady() < until;) {
      const SteadyTime next = std::min(until, scheduler.steady() + 50ms);
      while (scheduler.step(next)) {
      }
      replica.pulse();
      groups.pulse();
    }
  }
  /// What became of these events in one request, once that is known.
  std::shared_ptr<std::optional<Durable>> post(const std::vector<event::Event>& events, bool each_alone = false) {
    auto told = std::make_shared<std::optional<Durable>>();
    queue::Poster poster(worker);
    poster.each_alone = each_alone;
    REQUIRE(groups.add(poster, events) == queue::Stored::flushing);
    groups.when_known(worker, [told](const Durable& durable) {
      CHECK_FALSE(told->has_value());  // once
      *told = durable;
    });
    return told;
  }
  [[nodiscard]] std::size_t records() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(engine.entries(), [](const auto& one) { return one.second.subject == Subject::events; }));
  }

  Scheduler scheduler{1};
  MemoryEngine engine{scheduler, {.lost_append = 0, .lost_answer = 0, .lost_message = 0, .late_append = 0}};
  MemoryLog log{engine, "a"};
  Replica replica{log, scheduler, replica_options("a", 7)};
  Groups groups{replica, scheduler, 2, 10s};
};

event::Event event_of(std::string_view labels, std::uint64_t key = 0) {
  event::Event event{.labels = labels};
  if (key != 0) event.key = event::IdempotencyKey{.high = key, .low = key};
  return event;
}

TEST_CASE("each request is told what became of its events") {
  Posting f;
  const auto one = f.post({event_of("n=\"1\"", 11)});
  f.pass(1s);  // records that are on their way at once may change places
  const auto two = f.post({event_of("n=\"2\""), event_of("n=\"1\"", 11), event_of("n=\"3\"")});
  f.pass(1s);
  REQUIRE(one->has_value());
  REQUIRE(two->has_value());
  CHECK((*one)->what == queue::Stored::stored);
  const queue::StoredAll all = queue::outcome_of({}, **two);
  CHECK(all.what == queue::Stored::stored);
  CHECK(all.stored == 2);
  CHECK(all.duplicates == 1);
  CHECK(all.duplicates_at == std::vector<std::size_t>{1});
  REQUIRE(all.ids.size() == 3);
  CHECK(all.ids[1] == (*one)->each.front().id);
  CHECK_FALSE(all.ids[0].is_none());
}

TEST_CASE("an event whose key came with another one keeps the others of its request out, but not where each is alone") {
  Posting f;
  const auto before = f.post({event_of("n=\"1\"", 11)});
  f.pass(1s);
  const std::vector<event::Event> events{event_of("n=\"2\"", 12), event_of("n=\"3\"", 11), event_of("n=\"4\"", 13)};
  const auto together = f.post(events);
  f.pass(1s);
  REQUIRE(together->has_value());
  const queue::StoredAll none = queue::outcome_of({}, **together);
  CHECK(none.what == queue::Stored::key_reused);
  CHECK(none.at == 1);
  CHECK(none.stored == 0);

  const auto alone = f.post(events, true);
  f.pass(1s);
  REQUIRE(alone->has_value());
  const queue::StoredAll some = queue::outcome_of({}, **alone, true);
  CHECK(some.what == queue::Stored::stored);
  CHECK(some.stored == 2);  // also 12 and 13 are new: they were not stored before
  CHECK(some.reused_at == std::vector<std::size_t>{1});
}

TEST_CASE("two different events under one key in one request are refused together") {
  Posting f;
  const auto told = f.post({event_of("n=\"1\"", 11), event_of("n=\"2\"", 11)});
  f.pass(1s);
  REQUIRE(told->has_value());
  CHECK(queue::outcome_of({}, **told).what == queue::Stored::key_reused);
  const auto again = f.post({event_of("n=\"1\"", 11), event_of("n=\"1\"", 11)});
  f.pass(1s);
  REQUIRE(again->has_value());
  CHECK(queue::outcome_of({}, **again).stored == 1);
  CHECK(queue::outcome_of({}, **again).duplicates == 1);
}

TEST_CASE("what comes while a record is on its way goes into one record") {
  Posting f;
  const std::size_t before = f.records();
  std::vector<std::shared_ptr<std::optional<Durable>>> told;
  for (int i = 0; i < 100; ++i) told.push_back(f.post({event_of("n=\"" + std::to_string(i) + '"')}));
  CHECK(f.groups.load().records == 1);
  f.pass(1s);
  for (const auto& one : told) {
    REQUIRE(one->has_value());
    CHECK((*one)->what == queue::Stored::stored);
  }
  CHECK(f.replica.look([](const Machine& machine) { return machine.ledger()->table.counted_end().events; }) == 100);
  CHECK(f.records() == before + 2);
  CHECK(f.groups.load().records == 0);
  CHECK(f.groups.load().bytes == 0);
}

TEST_CASE("a record with much in it goes beside others, but not beside too many") {
  Posting f;
  f.engine.be_away_until(f.scheduler.steady() + 1s);
  const std::string text = "a=\"" + std::string(Groups::worth_a_record / 8, 'x') + '"';
  std::vector<std::shared_ptr<std::optional<Durable>>> told;
  for (int i = 0; i < 9; ++i) told.push_back(f.post({event_of(text)}));
  CHECK(f.groups.load().records == 2);
  for (int i = 0; i < 100; ++i) told.push_back(f.post({event_of(text)}));
  CHECK(f.groups.load().records == Groups::most_on_their_way);
  f.pass(5s);
  for (const auto& one : told) {
    REQUIRE(one->has_value());
    CHECK((*one)->what == queue::Stored::stored);
  }
  CHECK(f.replica.look([](const Machine& machine) { return machine.ledger()->table.counted_end().events; }) == 109);
  CHECK(f.groups.load().records == 0);
  CHECK(f.groups.load().bytes == 0);
}

TEST_CASE("a small record does not wait for long for one whose answer does not come") {
  Posting f;
  f.post({event_of("n=\"1\"")});
  f.post({event_of("n=\"2\"")});
  CHECK(f.groups.load().records == 1);
  f.log.cut_off_until(f.scheduler.steady() + 10s);
  f.pass(100ms);
  CHECK(f.groups.load().records == 2);
  f.post({event_of("n=\"3\"")});
  CHECK(f.groups.load().records == 2);
  f.pass(100ms);
  CHECK(f.groups.load().records == 3);
}

TEST_CASE("who has waited long enough is told that nobody knows, or that his event has not left") {
  Posting f;
  f.engine.be_away_until(f.scheduler.steady() + 40s);
  std::vector<std::shared_ptr<std::optional<Durable>>> told;
  constexpr std::size_t leave = Groups::most_on_their_way;
  for (std::size_t i = 0; i < leave + 2; ++i) {
    told.push_back(f.post({event_of("n=\"" + std::to_string(i) + '"')}));
    f.pass(100ms);
  }
  f.pass(8s);
  for (const auto& one : told) CHECK_FALSE(one->has_value());
  f.pass(2s);
  for (std::size_t i = 0; i < told.size(); ++i) {
    REQUIRE(told[i]->has_value());
    CHECK((*told[i])->what == (i < leave ? queue::Stored::unknown : queue::Stored::unavailable));
  }
  f.pass(60s);  // what was sent is stored once the engine is back, and what was not is not
  CHECK(f.replica.look([](const Machine& machine) { return machine.ledger()->table.counted_end().events; }) == leave);
}

/// How many events are in the log as the replica has read it.
std::uint64_t events_in(const Replica& replica) {
  return replica.look([](const Machine& machine) { return machine.ledger()->table.counted_end().events; });
}

TEST_CASE("where each try was refused the events are not stored, which is told in time, and nothing comes later") {
  Posting f;
  f.engine.refuse_until(f.scheduler.steady() + 60s, false);
  const auto told = f.post({event_of("n=\"1\"")});
  f.pass(9s);
  CHECK_FALSE(told->has_value());  // the engine may take it a moment later
  f.pass(1s);
  REQUIRE(told->has_value());
  CHECK((*told)->what == queue::Stored::unavailable);
  f.pass(60s);
  CHECK(f.replica.in_flight() == 0);  // its number was used for something else
  CHECK(events_in(f.replica) == 0);
  const auto after = f.post({event_of("n=\"2\"")});
  f.pass(1s);
  CHECK((*after)->what == queue::Stored::stored);
}

TEST_CASE("an engine that says that it takes none for now is told of at once") {
  Posting f;
  f.engine.refuse_until(f.scheduler.steady() + 60s, true);
  const auto told = f.post({event_of("n=\"1\"")});
  f.pass(200ms);
  REQUIRE(told->has_value());
  CHECK((*told)->what == queue::Stored::unavailable);
}

TEST_CASE("where one try was not answered nobody knows, however often the others were refused") {
  Posting f;
  f.engine.be_away_until(f.scheduler.steady() + 300ms);
  const auto told = f.post({event_of("n=\"1\"")});
  f.pass(350ms);
  f.engine.refuse_until(f.scheduler.steady() + 40s, true);
  f.pass(9s);
  CHECK_FALSE(told->has_value());
  f.pass(2s);
  REQUIRE(told->has_value());
  CHECK((*told)->what == queue::Stored::unknown);
  f.pass(60s);
  CHECK(events_in(f.replica) == 1);
}

TEST_CASE("an event of which nobody knows is stored within a minute, or never") {
  const auto is_stored_after_an_engine_is_away_for = [](std::chrono::seconds away) {
    Posting f;
    f.engine.be_away_until(f.scheduler.steady() + away);
    const auto told = f.post({event_of("n=\"1\"")});
    f.pass(away + 5s);
    REQUIRE(told->has_value());
    CHECK((*told)->what == queue::Stored::unknown);
    const bool is_stored = f.records() == 1;
    CHECK(f.replica.in_flight() == 0);
    const auto next = f.post({event_of("n=\"2\"")});  // nothing is in the way of the next one
    f.pass(1s);
    REQUIRE(next->has_value());
    CHECK((*next)->what == queue::Stored::stored);
    return is_stored;
  };
  CHECK(is_stored_after_an_engine_is_away_for(50s));
  CHECK_FALSE(is_stored_after_an_engine_is_away_for(70s));
}

TEST_CASE("a repeat that an outage held up is no second event once its key is forgotten") {
  Posting f;
  f.post({event_of("n=\"1\"", 11)});
  f.pass(1s);
  f.engine.be_away_until(f.scheduler.steady() + 15min);  // keys are known for ten
  f.post({event_of("n=\"1\"", 11)});
  f.pass(16min);
  CHECK(f.records() == 1);
}

TEST_CASE("too many events in one request, and too much that waits, are refused at once") {
  Posting f;
  const std::string text = "a=\"" + std::string(60'000, 'x') + '"';
  const std::vector<event::Event> large(5, event_of(text));
  CHECK(f.groups.add(worker, large) == queue::Stored::too_large);

  f.engine.be_away_until(f.scheduler.steady() + 60s);
  const std::vector<event::Event> fits(4, event_of(text));
  std::size_t taken = 0;
  while (f.groups.add(worker, fits) == queue::Stored::flushing) {
    f.groups.when_known(worker, [](const Durable&) {});
    ++taken;
  }
  CHECK(taken * 4 * text.size() > Groups::most_waiting * 9 / 10);
  CHECK(f.groups.add(worker, fits) == queue::Stored::unavailable);
}

TEST_CASE("many bytes of events bring a checkpoint, long before a minute or many records do") {
  Posting f;
  const auto checkpoints = [&f] {
    return std::ranges::count_if(f.engine.entries(),
                                 [](const auto& one) { return one.second.subject == Subject::checkpoints; });
  };
  const std::string text = "a=\"" + std::string(30'000, 'x') + '"';
  for (int i = 0; i < 4; ++i) f.post({event_of(text)});
  f.pass(1s);
  CHECK(checkpoints() == 0);
  f.post({event_of(text)});
  f.pass(1s);
  CHECK(checkpoints() == 1);
}

TEST_CASE("more records than a window has wait in this program, and all of them arrive") {
  Posting f;
  f.engine.be_away_until(f.scheduler.steady() + 2s);
  std::size_t told = 0;
  for (int i = 0; i < 10'000; ++i) f.replica.publish(Tick{}, [&told](const Applied&) { ++told; });
  CHECK(f.replica.in_flight() == 10'000);
  f.pass(60s);
  CHECK(told == 10'000);
  CHECK(f.replica.in_flight() == 0);
  const auto after = f.post({event_of("n=\"1\"")});
  f.pass(1s);
  REQUIRE(after->has_value());
  CHECK((*after)->what == queue::Stored::stored);
}

TEST_CASE("the log is trimmed also where the replica with the first name is gone") {
  Posting f;
  {
    MemoryLog gone_log(f.engine, "A");
    Replica gone(gone_log, f.scheduler, replica_options("A", 8));
    gone.start();
    f.pass(2s);
    REQUIRE(gone.state() == Replica::State::ready);
  }
  const std::string text = "a=\"" + std::string(30'000, 'x') + '"';
  for (int i = 0; i < 100; ++i) {  // three times what the log holds
    f.post({event_of(text)});
    f.pass(1s);
  }
  CHECK(f.records() < 60);
}

TEST_CASE("a replica that was forgotten joins again") {
  Posting f;
  f.log.cut_off_until(f.scheduler.steady() + 400s);
  MemoryLog other_log(f.engine, "b");
  Replica other(other_log, f.scheduler, replica_options("b", 8));
  other.start();
  for (int i = 0; i < 45; ++i) {  // without checkpoints, which would have trimmed what this one has to read
    f.pass(10s);
    other.publish(Tick{}, nullptr);
  }
  f.pass(10s);
  CHECK(f.replica.state() == Replica::State::ready);
  CHECK(f.replica.look([](const Machine& machine) { return machine.names_of_replicas(); }) == "a, b");
  const auto told = f.post({event_of("n=\"1\"")});
  f.pass(2s);
  REQUIRE(told->has_value());
  CHECK((*told)->what == queue::Stored::stored);
}

}  // namespace
}  // namespace oneshot::cluster::test
