// SPDX-License-Identifier: MIT
// A log that stands still, since its engine is away or all replicas are stopped: that time has passed for nobody.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "cluster/machine.hpp"
#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster {
namespace {

using test::MachineFixture;
constexpr Publisher here = MachineFixture::here;
constexpr Publisher there = MachineFixture::there;

TEST_CASE("a scraper whose events wait is not forgotten for the time in which the log stood still") {
  MachineFixture f;
  f.take(here, 0, "unnamed");
  f.go_on_for(std::chrono::minutes(15));  // beyond the hold of the start
  f.take(here, 0, "unnamed");
  f.post(1);
  for (int time = 0; time < 5; ++time) {
    f.now_ms += std::chrono::milliseconds(std::chrono::hours(5)).count();
    f.publish(here, Tick{});
  }
  CHECK(std::holds_alternative<Taken>(f.take(here, 0, "unnamed")));
}

TEST_CASE("a scraper that does not come while the log goes on is forgotten") {
  MachineFixture f;
  f.take(here, 0, "unnamed");
  f.go_on_for(std::chrono::minutes(15));
  f.take(here, 0, "unnamed");
  f.go_on_for(std::chrono::minutes(59));
  CHECK(f.machine.ledger()->table.find("unnamed") != nullptr);
  f.go_on_for(std::chrono::minutes(2));
  CHECK(f.machine.ledger()->table.find("unnamed") == nullptr);
}

TEST_CASE("a replica that could not be heard while the log stood still is not gone, and what it sent is delivered") {
  MachineFixture f;
  f.post(1);
  const BatchId batch = std::get<Taken>(f.take(there)).out.batch;
  f.now_ms += std::chrono::milliseconds(std::chrono::hours(5)).count();
  f.publish(here, Tick{});
  CHECK(f.machine.has_replica("r2"));
  f.publish(there, Acknowledge{.scraper = "prom-a", .batch = batch});
  CHECK(f.settle(there, batch).was_out);
  CHECK(std::holds_alternative<NothingWaits>(f.take(here)));
}

TEST_CASE(
    "records of a publisher that was silent for over an hour do not count, since they may be repeats, and it is told") {
  MachineFixture f;
  f.post(1, 0, there);
  const std::string repeat = f.log.back().bytes;
  f.go_on_for(std::chrono::minutes(70), {here});
  REQUIRE_FALSE(f.machine.has_replica("r2"));
  CHECK(f.store(repeat, Subject::events).is_retired);
  const Applied joined = f.publish(there, Join{.replica = "r2", .version = "1", .read = 9, .unix_ms = 9});
  CHECK(joined.is_retired);
  CHECK_FALSE(f.machine.has_replica("r2"));
  f.publish(9, Join{.replica = "r2", .version = "1", .read = f.log.size(), .unix_ms = 9});  // its next run
  CHECK(f.machine.has_replica("r2"));
  CHECK(f.machine.ledger()->table.counted_end().events == 1);
  Machine other;
  REQUIRE(other.restore(f.machine.checkpoint()));
  f.catch_up(other);
  CHECK(f.publish(there, Tick{}).is_retired);
  CHECK(other.apply(f.entry(f.log.size()))->is_retired);
}

TEST_CASE("a clock of the engine that is hours ahead, and is set right, forgets nobody") {
  MachineFixture f;
  f.take(there, 0, "unnamed");
  f.go_on_for(std::chrono::minutes(15));
  f.take(there, 0, "unnamed");
  f.post(1);
  for (const int hours : {3, -3, 3, -3}) {
    f.now_ms += std::chrono::milliseconds(std::chrono::hours(hours)).count();
    f.publish(here, Tick{});
  }
  CHECK(f.machine.replicas() == 2);
  CHECK(std::holds_alternative<Taken>(f.take(there, 0, "unnamed")));
}

TEST_CASE("a key of an event is known for ten minutes of the clock, not of the log") {
  MachineFixture f;
  CHECK(f.post(1, 77).what == queue::Stored::stored);
  f.now_ms += std::chrono::milliseconds(std::chrono::minutes(9)).count();
  CHECK(f.post(1, 77).what == queue::Stored::duplicate);
  f.now_ms += std::chrono::milliseconds(std::chrono::minutes(2)).count();
  CHECK(f.post(1, 77).what == queue::Stored::stored);
}

}  // namespace
}  // namespace oneshot::cluster
