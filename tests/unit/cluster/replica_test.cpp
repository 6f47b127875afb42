// SPDX-License-Identifier: MIT
#include "cluster/replica.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/manual_clock.hpp"
#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster {
namespace {

using std::chrono::milliseconds;

/// A log that takes nothing and brings nothing.
class SilentLog : public OrderedLog {
 public:
  void append(Subject, std::string, std::function<void(const AppendAnswer&)>) override {}
  void tail(const From&, LogReader&) override {}
  void find_start(std::function<void(Result<LogStart>)>) override {}
  void trim(Subject, Sequence) override {}
  void ask(const std::string&, std::string, milliseconds, std::function<void(std::optional<std::string>)>) override {}
  void answer_by(std::function<void(std::string, Reply)>) override {}
  void call_out(std::string) override {}
  void hear_by(std::function<void(std::string_view)>) override {}
  [[nodiscard]] bool is_connected() const noexcept override { return true; }
};

/// A log of which nobody can read anything, and says so.
class UnreadableLog final : public SilentLog {
 public:
  void find_start(std::function<void(Result<LogStart>)> told) override {
    ++asked;
    told(Unexpected{"install another engine"});
  }
  int asked = 0;
};

/// A log in which only checkpoints are left.
class LogOfCheckpoints final : public SilentLog {
 public:
  void find_start(std::function<void(Result<LogStart>)> told) override {
    if (answers) told(LogStart{.last = 100, .checkpoints = checkpoints});
  }
  std::vector<std::string> checkpoints;
  bool answers = true;
};

TEST_CASE("a log that cannot be read is asked again after two seconds, not at each pulse") {
  UnreadableLog log;
  oneshot::test::ManualClock clock;
  Replica replica(log, clock, {.name = "a", .version = "1", .publisher = 1, .salt = 1, .agreement = {}});
  replica.start();
  CHECK(log.asked == 1);
  for (int i = 0; i < 100; ++i) {
    clock.advance(milliseconds(50));
    replica.pulse();
  }
  CHECK(log.asked == 3);
  CHECK(replica.state() == Replica::State::starting);
}

/// A replica that has read the log of this fixture, and no checkpoint yet.
struct ReplicaFixture {
  ReplicaFixture() {
    for (Sequence sequence = 1; sequence <= f.log.size(); ++sequence) replica.on_entry(f.entry(sequence));
  }
  /// As if somebody had written it behind the last entry.
  void read_checkpoint_of(const Machine& machine) {
    const std::string bytes = machine.checkpoint();
    replica.on_entry(
        {.sequence = f.log.size() + 1, .unix_ms = f.now_ms, .subject = Subject::checkpoints, .bytes = bytes});
  }
  test::MachineFixture f;
  UnreadableLog log;
  oneshot::test::ManualClock clock;
  Replica replica{log, clock, {.name = "a", .version = "1", .publisher = 9, .salt = 1, .agreement = {}}};
};

TEST_CASE("a checkpoint of who has read the same records changes nothing for a replica") {
  ReplicaFixture r;
  r.read_checkpoint_of(r.f.machine);
  CHECK(r.replica.state() != Replica::State::stopped);
}

TEST_CASE("a checkpoint of who has read other records at the same places stops the replica, which names both") {
  test::MachineFixture other;
  other.post(1);
  ReplicaFixture r;
  r.f.post(2);
  r.replica.on_entry(r.f.entry(r.f.log.size()));
  REQUIRE(other.log.size() == r.f.log.size());
  r.read_checkpoint_of(other.machine);
  CHECK(r.replica.state() == Replica::State::stopped);
  CHECK(r.replica.why_stopped().find("up to entry 4 this replica has read other records") == 0);
}

TEST_CASE("a replica whose log was trimmed while it was away is left behind, and needs no operator") {
  ReplicaFixture r;
  r.replica.on_trimmed("it has been trimmed");
  CHECK(r.replica.state() == Replica::State::left_behind);
  CHECK(r.replica.why_stopped() == "it has been trimmed");
}

/// A replica that began at a checkpoint, and has found that what comes behind it is gone.
struct TrimmedAtOnce {
  TrimmedAtOnce() {
    log.checkpoints = {f.machine.checkpoint()};
    replica.start();
  }
  void pulse_for(milliseconds time) {
    for (milliseconds passed{}; passed < time; passed += milliseconds(50)) {
      clock.advance(milliseconds(50));
      replica.pulse();
    }
  }
  test::MachineFixture f;
  LogOfCheckpoints log;
  oneshot::test::ManualClock clock;
  Replica replica{log, clock, {.name = "a", .version = "1", .publisher = 9, .salt = 1, .agreement = {}}};
};

TEST_CASE("a checkpoint that does not fit its log stops the replica: the next run would find the same") {
  TrimmedAtOnce t;
  t.replica.on_trimmed("it has been trimmed");
  CHECK(t.replica.state() == Replica::State::stopped);
  CHECK(t.replica.why_stopped() == "it has been trimmed");
}

TEST_CASE("a log that was trimmed between a replica's look for a checkpoint and its first read needs no operator") {
  TrimmedAtOnce t;
  t.f.post(1);
  t.log.checkpoints.push_back(t.f.machine.checkpoint());
  t.replica.on_trimmed("it has been trimmed");
  CHECK(t.replica.state() == Replica::State::left_behind);
}

TEST_CASE("whether a newer checkpoint is there is asked until the log says so") {
  TrimmedAtOnce t;
  t.f.post(1);
  t.log.checkpoints.push_back(t.f.machine.checkpoint());
  t.log.answers = false;
  t.replica.on_trimmed("it has been trimmed");
  t.pulse_for(milliseconds(3000));
  CHECK(t.replica.state() == Replica::State::catching_up);
  t.log.answers = true;
  t.pulse_for(milliseconds(3000));
  CHECK(t.replica.state() == Replica::State::left_behind);
}

TEST_CASE("a checkpoint from before a replica's own beginning is not compared with anything") {
  ReplicaFixture r;
  Machine late;
  for (Sequence sequence = 1; sequence < r.f.log.size(); ++sequence) REQUIRE(late.apply(r.f.entry(sequence)));
  Machine begun_there;
  REQUIRE(begun_there.restore(r.f.machine.checkpoint()));
  CHECK_FALSE(begun_there.hash_at(late.applied()));
  CHECK(r.f.machine.hash_at(late.applied()) == late.hash());
}

}  // namespace
}  // namespace oneshot::cluster
