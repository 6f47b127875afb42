// SPDX-License-Identifier: MIT
#include "cluster/cluster_statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "simulation/memory_log.hpp"
#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster::test {
namespace {

using namespace std::chrono_literals;
constexpr Publisher here = MachineFixture::here;
constexpr Publisher there = MachineFixture::there;

TEST_CASE("those who have joined are told by name, with when the engine had their last record") {
  MachineFixture f;
  f.post(1, 0, there);
  const std::int64_t of_there = f.now_ms;
  f.post(2, 0, here);
  const auto joined = f.machine.joined();
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].told.name == "r1");
  CHECK(joined[0].told.version == "1");
  CHECK(joined[0].told.heard_unix_ms == f.now_ms);
  CHECK(joined[1].publisher == there);
  CHECK(joined[1].told.heard_unix_ms == of_there);
}

TEST_CASE("a replica is silent once the log went on without it for longer than one that works is") {
  MachineFixture f;
  f.post(1, 0, there);
  f.go_on_for(std::chrono::seconds(80), {here});
  CHECK_FALSE(f.machine.joined()[1].told.is_silent);
  f.go_on_for(std::chrono::seconds(20), {here});
  CHECK(f.machine.joined()[1].told.is_silent);
  CHECK_FALSE(f.machine.joined()[0].told.is_silent);
}

TEST_CASE("a Take tells how the batch ended that it replaced, and of no other batch") {
  MachineFixture f;
  f.post(1);
  const auto first = std::get<Taken>(f.take(here));
  CHECK_FALSE(first.replaced.has_value());
  const auto again = std::get<Taken>(f.take(there, first.out.batch));
  CHECK(again.replaced == queue::BatchEnd::timed_out);
  f.publish(there, Acknowledge{.scraper = "prom-a", .batch = again.out.batch});
  CHECK(std::get<NothingWaits>(f.take(here, again.out.batch)).replaced == queue::BatchEnd::delivered);
  f.post(2);
  const auto last = std::get<Taken>(f.take(here));
  f.settle(here, last.out.batch);
  CHECK_FALSE(std::get<NothingWaits>(f.take(there, last.out.batch)).replaced.has_value());  // its holder had ended it
}

TEST_CASE("a batch that is out is held by the replica that sends it") {
  MachineFixture f;
  std::vector<queue::ScraperStatistics> scrapers(2);
  scrapers[0].name = "prom-a";
  scrapers[1].name = "prom-b";
  f.post(1);
  const auto taken = std::get<Taken>(f.take(there));
  tell_holders(f.machine, scrapers);
  CHECK(scrapers[0].held_by == "r2");
  CHECK(scrapers[1].held_by.empty());
}

TEST_CASE("the lag is the age of the oldest record that was not read back, and its time counts once it was") {
  simulation::Scheduler scheduler{1};
  simulation::MemoryEngine engine{scheduler, {.lost_append = 0, .lost_answer = 0, .lost_message = 0, .late_append = 0}};
  simulation::MemoryLog log{engine, "a"};
  queue::Options options;
  options.storage.capacity_bytes = 1 << 16;
  Replica replica{
      log, scheduler, {.name = "a", .version = "0.1", .publisher = 7, .salt = 5, .agreement = Agreement::of(options)}};
  const auto pass = [&](std::chrono::milliseconds time) {
    for (const SteadyTime until = scheduler.steady() + time; scheduler.steady() < until;) {
      while (scheduler.step(std::min(until, scheduler.steady() + 50ms))) {
      }
      replica.pulse();
    }
  };
  replica.start();
  pass(2s);
  const queue::ClusterStatistics before = statistics_of(replica, scheduler);
  CHECK(before.replica == "a");
  CHECK(before.version == "0.1");
  CHECK(before.engine.is_connected);
  CHECK(before.lag_seconds == 0);
  CHECK(before.appends == 2);  // that it has joined, and by what settings

  engine.be_away_until(scheduler.steady() + 4s);
  replica.publish(Tick{}, nullptr);
  pass(3s);
  const queue::ClusterStatistics away = statistics_of(replica, scheduler);
  CHECK(away.lag_seconds == doctest::Approx(3).epsilon(0.05));
  CHECK(away.appends == before.appends);

  pass(3s);
  const queue::ClusterStatistics after = statistics_of(replica, scheduler);
  CHECK(after.lag_seconds == 0);
  CHECK(after.appends == before.appends + 1);
  CHECK(after.append_seconds - before.append_seconds > 3.9);
}

}  // namespace
}  // namespace oneshot::cluster::test
