// SPDX-License-Identifier: MIT
#include "cluster/machine.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <variant>

#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster {
namespace {

using test::MachineFixture;
constexpr Publisher here = MachineFixture::here;
constexpr Publisher there = MachineFixture::there;

std::uint64_t events_of(const TakeOutcome& outcome) {
  const auto* const taken = std::get_if<Taken>(&outcome);
  return taken == nullptr ? 0 : taken->out.events;
}
BatchId batch_of(const TakeOutcome& outcome) { return std::get<Taken>(outcome).out.batch; }

TEST_CASE("what was posted at one replica goes out once, at whichever the scraper comes to") {
  MachineFixture f;
  f.post(1);
  f.post(2, 0, there);
  const TakeOutcome taken = f.take(there);
  CHECK(events_of(taken) == 2);
  CHECK(f.settle(there, batch_of(taken)).was_out);
  CHECK(std::holds_alternative<NothingWaits>(f.take(here)));
  CHECK(std::holds_alternative<NothingWaits>(f.take(there)));
}

TEST_CASE("while a batch is out another replica is told who holds it") {
  MachineFixture f;
  f.post(1);
  const TakeOutcome taken = f.take(here);
  const TakeOutcome refused = f.take(there);
  REQUIRE(std::holds_alternative<HeldBy>(refused));
  CHECK(std::get<HeldBy>(refused).out.batch == batch_of(taken));
  CHECK(std::get<HeldBy>(refused).out.replica == "r1");
}

TEST_CASE("a batch that is replaced goes out again, but for one that was acknowledged") {
  MachineFixture f;
  f.post(1);
  const BatchId first = batch_of(f.take(here));
  const TakeOutcome again = f.take(there, first);
  CHECK(events_of(again) == 1);
  CHECK_FALSE(f.settle(here, first).was_out);  // too late: it has ended
  f.publish(there, Acknowledge{.scraper = "prom-a", .batch = batch_of(again)});
  CHECK(std::holds_alternative<NothingWaits>(f.take(here, batch_of(again))));
}

TEST_CASE("the next run of a replica ends the batches of the run before") {
  MachineFixture f;
  f.post(1);
  f.take(here);
  constexpr Publisher next_run = 9;
  f.publish(next_run, Join{.replica = "r1", .version = "1", .read = 4, .unix_ms = 2});
  CHECK(f.machine.out_to("prom-a") == nullptr);
  CHECK(events_of(f.take(next_run)) == 1);
}

TEST_CASE("records of a run that has ended, which come late, take nothing and end nothing") {
  MachineFixture f;
  f.post(1);
  constexpr Publisher next_run = 9;
  f.publish(next_run, Join{.replica = "r1", .version = "1", .read = 4, .unix_ms = 2});
  CHECK(std::holds_alternative<NoPlace>(f.take(here)));
  const BatchId batch = batch_of(f.take(next_run));
  constexpr Publisher between = 8;  // which was killed before it could join, and had sent this
  f.publish(between, Join{.replica = "r1", .version = "1", .read = 4, .unix_ms = 1});
  REQUIRE(f.machine.out_to("prom-a") != nullptr);
  CHECK(f.machine.out_to("prom-a")->batch == batch);
  CHECK(f.machine.name_of(next_run) == "r1");
}

TEST_CASE("a batch that was withdrawn goes out as if it had not been taken") {
  MachineFixture f;
  f.post(1);
  f.settle(here, batch_of(f.take(here)), queue::BatchEnd::withdrawn);
  const TakeOutcome again = f.take(here);
  CHECK(events_of(again) == 1);
  CHECK(f.machine.ledger()->table.find("prom-a")->redelivered == 0);
}

TEST_CASE("a repeat of a record changes nothing, and of an event with a key neither") {
  MachineFixture f;
  f.post(1);
  const std::string repeat = f.log.back().bytes;
  const Applied applied = f.store(repeat, Subject::events);
  CHECK(std::holds_alternative<std::monostate>(applied.outcome));
  const queue::StoredOne first = f.post(2, 77);
  const queue::StoredOne second = f.post(2, 77, there);
  CHECK(first.what == queue::Stored::stored);
  CHECK(second.what == queue::Stored::duplicate);
  CHECK(second.id == first.id);
  CHECK(f.post(3, 77).what == queue::Stored::key_reused);
  CHECK(events_of(f.take(here)) == 2);
}

TEST_CASE("settings of the replica that says them last count for all, but for the log's size") {
  MachineFixture f;
  Agreement other = f.machine.agreement();
  other.max_events_per_scrape = 1;
  other.capacity_bytes *= 2;
  f.publish(there, Begin{.salt = 1, .agreement = other});
  CHECK(f.machine.agreement().max_events_per_scrape == 1);
  CHECK(f.machine.agreement().capacity_bytes == 1 << 16);
  f.post(1);
  f.post(2);
  CHECK(events_of(f.take(here)) == 1);
}

TEST_CASE("a full log drops the oldest events, and every replica the same ones") {
  MachineFixture f;
  Machine second;
  for (int i = 0; i < 5000; ++i) f.post(i);
  for (Sequence sequence = 1; sequence <= f.log.size(); ++sequence) REQUIRE(second.apply(f.entry(sequence)));
  CHECK(f.machine.ledger()->table.find("prom-a")->dropped_full > 0);
  CHECK(second.checkpoint() == f.machine.checkpoint());
}

TEST_CASE("an operator's changes wait for the batch that is out") {
  MachineFixture f;
  f.post(1);
  const BatchId batch = batch_of(f.take(here));
  const Change skip{.what = Change::What::skip, .scraper = "prom-a"};
  const Applied refused = f.publish(there, skip);
  CHECK(std::holds_alternative<HeldBy>(std::get<ChangeOutcome>(refused.outcome)));
  f.settle(here, batch);
  f.post(2);
  const Applied done = f.publish(there, skip);
  CHECK(std::get<queue::Changed>(std::get<ChangeOutcome>(done.outcome)).events == 1);
  const Applied replayed = f.publish(there, Change{.what = Change::What::replay, .scraper = "prom-a"});
  CHECK(std::get<queue::Changed>(std::get<ChangeOutcome>(replayed.outcome)).events == 2);
  CHECK(events_of(f.take(here)) == 2);
}

TEST_CASE("a start from any checkpoint comes to the same state and the same events") {
  MachineFixture f(3);
  std::vector<std::string> checkpoints;
  for (int i = 0; i < 300; ++i) {
    f.post(i, i % 5 == 0 ? static_cast<std::uint64_t>(i / 10 + 1) : 0, i % 2 == 0 ? here : there);
    if (i % 7 == 0) f.store(std::string(f.log.back().bytes), Subject::events);  // a repeat
    if (i % 3 == 0) {
      const TakeOutcome taken = f.take(here);
      if (events_of(taken) > 0 && i % 4 == 0) f.settle(here, batch_of(taken));
      if (events_of(taken) > 0 && i % 4 == 1) f.settle(here, batch_of(taken), queue::BatchEnd::truncated);
    }
    if (i % 20 == 0) checkpoints.push_back(f.machine.checkpoint());
    if (i % 50 == 0) f.now_ms += 5000;
  }
  for (const std::string& checkpoint : checkpoints) {
    Machine other;
    REQUIRE(other.restore(checkpoint));
    f.catch_up(other);
    CHECK(other.checkpoint() == f.machine.checkpoint());
    const event_log::EventLog& log = other.ledger()->log;
    const event_log::EventLog& whole = f.machine.ledger()->log;
    for (std::uint64_t at = log.head(); at < log.tail(); at += log.record_at(at).size()) {
      CHECK(log.record_at(at).labels() == whole.record_at(at).labels());
      CHECK(log.record_at(at).unix_ms == whole.record_at(at).unix_ms);
    }
  }
}

TEST_CASE("a checkpoint that is cut, or of another program, is refused") {
  MachineFixture f;
  f.post(1);
  const std::string checkpoint = f.machine.checkpoint();
  for (std::size_t size = 0; size < checkpoint.size(); size += 13)
    CHECK_FALSE(Machine().restore(std::string_view(checkpoint).substr(0, size)));
  for (std::size_t at = 0; at < checkpoint.size(); at += 13) {
    std::string damaged = checkpoint;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    CHECK_FALSE(Machine().restore(damaged));
  }
  CHECK_FALSE(Machine().restore("hello, this is not a checkpoint at all"));
}

TEST_CASE("a log that lacks events which the checkpoint counts is refused") {
  MachineFixture f;
  for (int i = 0; i < 10; ++i) f.post(i);
  const std::string checkpoint = f.machine.checkpoint();
  f.post(10);
  Machine other;
  REQUIRE(other.restore(checkpoint));
  for (Sequence sequence = other.fill_from() + 1; sequence < f.log.size(); ++sequence)
    REQUIRE(other.apply(f.entry(sequence)));
  const Result<Applied> applied = other.apply(f.entry(f.log.size()));
  REQUIRE_FALSE(applied);
  CHECK(applied.error().find("the log has fewer events than the checkpoint") == 0);
}

TEST_CASE("a key is known until as much has come since as the log holds") {
  MachineFixture f;
  CHECK(f.post(1, 77).what == queue::Stored::stored);
  CHECK(f.post(1, 77).what == queue::Stored::duplicate);
  const std::uint64_t begin = f.machine.ledger()->log.tail();
  for (int i = 2; f.machine.ledger()->log.tail() - begin < (1 << 15); ++i) f.post(i);
  CHECK(f.post(1, 77).what == queue::Stored::duplicate);
  for (int i = 10'000; f.machine.ledger()->log.tail() - begin < (1 << 16); ++i) f.post(i);
  CHECK(f.post(1, 77).what == queue::Stored::stored);
}

TEST_CASE("a replica that says nothing for minutes is forgotten, and its batch ends as the log knows it") {
  MachineFixture f;
  f.post(1);
  REQUIRE(std::holds_alternative<Taken>(f.take(MachineFixture::there)));
  CHECK(f.machine.names_of_replicas() == "r1, r2");
  f.go_on_for(std::chrono::minutes(4), {here});
  CHECK(f.machine.replicas() == 2);
  f.go_on_for(std::chrono::minutes(2), {here});
  CHECK(f.machine.names_of_replicas() == "r1");
  CHECK(f.machine.out_to("prom-a") == nullptr);
  REQUIRE(std::holds_alternative<Taken>(f.take(MachineFixture::here)));
  CHECK(std::holds_alternative<NoPlace>(f.take(MachineFixture::there)));  // until it has joined again
}

}  // namespace
}  // namespace oneshot::cluster
