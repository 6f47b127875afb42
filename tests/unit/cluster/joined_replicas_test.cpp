// SPDX-License-Identifier: MIT
// Which replicas there are, as an operator is told it.
#include "cluster/joined_replicas.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/captured_log.hpp"
#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster::test {
namespace {

using oneshot::test::CapturedLog;
constexpr Publisher here = MachineFixture::here;
constexpr Publisher there = MachineFixture::there;

/// What the log of the replica `here` says at a record of this publisher.
struct Watched : MachineFixture {
  std::string said_at(Publisher publisher, const Content& content) {
    const CapturedLog captured;
    joined.note(machine, publish(publisher, content).publisher);
    return captured.text();
  }
  JoinedReplicas joined{here};
};

Join join_of(std::string_view replica, std::string_view version, Sequence read) {
  return {.replica = replica, .version = version, .read = read, .unix_ms = 2};
}

TEST_CASE("the log says who joins and who leaves, with those who are there then") {
  Watched f;
  CHECK(f.said_at(here, Tick{}).find(R"(msg="joined the cluster" replica=r1 replicas="r1, r2")") != std::string::npos);
  CHECK(f.said_at(here, Tick{}).empty());
  CHECK(f.said_at(5, join_of("r3", "0.2", 5))
            .find(R"(msg="a replica has joined the cluster" replica=r3 version=0.2 replicas="r1, r2, r3")") !=
        std::string::npos);
  CHECK(f.said_at(there, Leave{}).find(R"(msg="a replica has left the cluster" replica=r2 replicas="r1, r3")") !=
        std::string::npos);
}

TEST_CASE("a replica that is started anew, and had no time to leave, is said to have joined again") {
  Watched f;
  f.said_at(here, Tick{});
  const std::string said = f.said_at(9, join_of("r2", "0.2", 5));
  CHECK(said.find("a replica has joined the cluster again, by another process") != std::string::npos);
  CHECK(said.find("left") == std::string::npos);
}

TEST_CASE("a replica that is forgotten has not left in order, and the log says so") {
  Watched f;
  f.said_at(here, Tick{});
  f.said_at(here, Tick{});
  f.go_on_for(Machine::forget_replica_after - std::chrono::seconds(5), {here});
  f.now_ms += 5000;
  CHECK(f.said_at(here, Tick{}).find("a replica of the cluster is forgotten: nothing was heard of it") !=
        std::string::npos);
}

TEST_CASE("what happened before a replica had joined is not told") {
  MachineFixture f;
  JoinedReplicas joined{7};
  const CapturedLog log;
  joined.note(f.machine, f.publish(5, join_of("r3", "1", 3)).publisher);
  CHECK(log.text().empty());
  joined.note(f.machine, f.publish(7, join_of("r4", "1", 4)).publisher);
  CHECK(log.text().find(R"(msg="joined the cluster" replica=r4 replicas="r1, r2, r3, r4")") != std::string::npos);
}

}  // namespace
}  // namespace oneshot::cluster::test
