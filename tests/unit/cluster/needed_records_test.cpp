// SPDX-License-Identifier: MIT
// Which records the engine has to keep for a start, and how much a checkpoint says of them.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cluster/copied_batch.hpp"
#include "cluster/machine.hpp"
#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster {
namespace {

using test::MachineFixture;
constexpr Publisher here = MachineFixture::here;
constexpr Publisher there = MachineFixture::there;

struct Needed : MachineFixture {
  Needed() {
    Agreement agreement = machine.agreement();
    agreement.history = std::chrono::milliseconds(0);  // which keeps delivered events
    publish(here, Begin{.salt = 5, .agreement = agreement});
  }

  /// Bytes of records with events that a start from a checkpoint made now would read.
  [[nodiscard]] std::size_t needed_bytes() const {
    std::size_t bytes = 0;
    for (Sequence sequence = Machine::head_of(machine.checkpoint())->needed_from; sequence <= log.size(); ++sequence)
      if (entry(sequence).subject == Subject::events) bytes += entry(sequence).bytes.size();
    return bytes;
  }
  /// One request of a thousand times the same event.
  void post_copies(std::uint64_t key) {
    event::Event event{.labels = "n=\"99999\""};
    event.key = event::IdempotencyKey{.high = key, .low = key};
    publish(here, Group{.events = std::vector<event::Event>(1000, event)});
  }
  void deliver_all() {
    for (TakeOutcome taken = take(here); std::holds_alternative<Taken>(taken); taken = take(here))
      settle(here, std::get<Taken>(taken).out.batch);
  }
};

TEST_CASE("with named scrapers alone the hold of the start ends, and a newcomer gets nothing from before") {
  Needed f;
  for (int i = 0; i < 100; ++i) f.post(i);
  f.deliver_all();
  f.go_on_for(std::chrono::minutes(15));
  f.deliver_all();
  CHECK_FALSE(f.machine.ledger()->table.hold().begin());
  CHECK(std::holds_alternative<NothingWaits>(f.take(here, 0, "new")));
}

TEST_CASE("records that stored nothing are not kept once their keys are forgotten, however quiet the cluster is") {
  Needed f;
  f.post(1);
  f.deliver_all();
  f.go_on_for(std::chrono::minutes(15));
  for (int i = 0; i < 100; ++i) f.post_copies(77);
  f.deliver_all();
  REQUIRE(f.needed_bytes() > 1'000'000);
  f.go_on_for(std::chrono::minutes(15));
  CHECK(f.needed_bytes() < 200'000);
}

TEST_CASE("records that store nothing are kept for their keys up to the size of the log, not for ten minutes") {
  Needed f;
  f.post(1);
  f.deliver_all();
  f.go_on_for(std::chrono::minutes(15));
  for (int i = 0; i < 100; ++i) {
    f.post_copies(77);
    f.deliver_all();
    f.go_on_for(std::chrono::seconds(1));
  }
  CHECK(f.needed_bytes() < 3 * f.machine.agreement().capacity_bytes);
}

TEST_CASE("a repeat of events whose keys are known needs no record, but shortly before the keys are forgotten") {
  Needed f;
  event::Event event{.labels = "n=\"1\""};
  event.key = event::IdempotencyKey{.high = 7, .low = 7};
  CHECK_FALSE(f.machine.all_known({&event, 1}));
  const queue::StoredOne first = f.post(1, 7);
  const auto known = f.machine.all_known({&event, 1});
  REQUIRE(known);
  REQUIRE(known->size() == 1);
  CHECK(known->front().what == queue::Stored::duplicate);
  CHECK(known->front().id == first.id);

  SUBCASE("nor one with another value, or without a key, or with a new event beside it") {
    std::vector<event::Event> events{event, event};
    CHECK(f.machine.all_known(events));
    events[1].value = 2;
    CHECK_FALSE(f.machine.all_known(events));
    events[1] = {.labels = "n=\"1\""};
    CHECK_FALSE(f.machine.all_known(events));
    events[1].key = event::IdempotencyKey{.high = 8, .low = 8};
    CHECK_FALSE(f.machine.all_known(events));
  }
  SUBCASE("time passes without events, too") {
    f.go_on_for(std::chrono::minutes(8));
    CHECK(f.machine.all_known({&event, 1}));
    f.go_on_for(std::chrono::minutes(2));
    CHECK_FALSE(f.machine.all_known({&event, 1}));
  }
}

TEST_CASE("a copied batch says how much memory its copy takes") {
  Needed f;
  for (int i = 0; i < 100; ++i) f.post(i);
  f.take(here);
  const std::shared_ptr<queue::Ledger> ledger = f.machine.ledger();
  const CopiedBatch batch(ledger, ledger->table.find("prom-a")->batch());
  CHECK(batch.size() == 100);
  CHECK(batch.own_memory() == ledger->log.tail() - ledger->log.head());
}

TEST_CASE("a checkpoint does not grow with the days while a scraper stays away") {
  Needed f;
  const auto days = [&f](int count) {
    for (int i = 0; i < count * 100; ++i) {
      f.now_ms += 800'000;
      f.post(i);
    }
    return f.machine.checkpoint().size();
  };
  const std::size_t before = days(3);
  CHECK(days(3) < before + 2000);
}

TEST_CASE("a key is forgotten by the replicas that run when a start would not read it any more") {
  Needed f;
  f.take(here, 0, "prom-a");
  f.go_on_for(std::chrono::minutes(15));
  CHECK(f.post(1, 7).what == queue::Stored::stored);
  for (int i = 0; i < 40; ++i) {
    f.now_ms += 1000;
    f.post(i + 10);
  }
  f.deliver_all();
  for (int time = 0; time < 70; ++time) {  // the engine's clock is ahead, and only commands are stored
    f.now_ms += 10'000;
    f.publish(time % 2 == 0 ? here : there, Tick{});
  }
  f.now_ms -= 700'000;
  f.publish(here, Tick{});
  const std::string checkpoint = f.machine.checkpoint();
  f.post(20'000);
  f.post(1, 7);
  Machine other;
  REQUIRE(other.restore(checkpoint));
  f.catch_up(other);
  CHECK(other.ledger()->log.tail() == f.machine.ledger()->log.tail());
  CHECK(other.checkpoint() == f.machine.checkpoint());
}

}  // namespace
}  // namespace oneshot::cluster
