// SPDX-License-Identifier: MIT
#include "net/eviction/admission.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <asio/io_context.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/captured_log.hpp"
#include "unit/net/test_evictable.hpp"

namespace oneshot::net {
namespace {

using enum EvictionPriority;
using test::candidate;
using test::TestEvictable;

const Address one = Address::parse("10.0.0.1").value();
const Address two = Address::parse("10.0.0.2").value();

/// A server where a peer may have two connections. The first peer has two, one of which is idle.
struct Rig {
  asio::io_context io{1};
  LiveConnections connections;
  Peers peers{2, {}};
  http::Statistics statistics;
  TestEvictable worker{connections, {candidate(idle, 1, 1), candidate(never, 0, 2)}};
  Eviction eviction{{&worker}, connections, peers, statistics, 100};
  std::vector<Address> adopted;
  Admission admission{io,         peers,
                      eviction,   connections,
                      statistics, [this](const Newcomer& newcomer, Peer&) { adopted.push_back(newcomer.address); }};
  oneshot::test::CapturedLog log;

  Rig() {
    worker.peer = &peers.of(one);
    worker.peer->add();
    worker.peer->add();
  }

  /// The other end of a newcomer's connection.
  UniqueFd come(const Address& address) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    connections.add();
    admission.admit({UniqueFd(ends[0]), address});
    return UniqueFd(ends[1]);
  }
  /// Runs all that is ready. Does not wait for timers.
  void run() {
    io.restart();
    io.poll();
  }
  /// Runs, timers too, until it is known that nothing of the first peer can be evicted.
  void run_until_stuck() {
    io.restart();
    while (!worker.peer->stuck && io.run_one() > 0) {
    }
  }
};

std::string read(const UniqueFd& socket) {
  std::string text(4096, '\0');
  const ssize_t n = ::recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

TEST_SUITE("admission") {
  TEST_CASE("at its limit a peer has one of its own connections closed for a newcomer, which waits for that") {
    Rig rig;
    rig.worker.ends_at_once = false;
    const UniqueFd client = rig.come(one);
    CHECK(rig.adopted.empty());
    rig.run();
    CHECK(rig.worker.evicted == std::vector<std::uint64_t>{1});
    CHECK(rig.adopted.empty());
    rig.worker.end();
    rig.run();
    CHECK(rig.adopted == std::vector{one});
    CHECK(rig.statistics.evicted_peer.load() == 1);
    CHECK(rig.statistics.evicted_full.load() == 0);
    CHECK(rig.log.count("max_connections_per_peer=2 peer=0.0.0.0") == 1);
  }

  TEST_CASE("newcomers of others do not wait behind it") {
    Rig rig;
    rig.worker.ends_at_once = false;
    const UniqueFd first_client = rig.come(one);
    const UniqueFd second_client = rig.come(two);
    CHECK(rig.adopted == std::vector{two});
  }

  TEST_CASE("the list of newcomers is bounded: accepting pauses while places come free, else they are refused") {
    Rig rig;
    rig.worker.ends_at_once = false;
    const UniqueFd a = rig.come(one);
    const UniqueFd b = rig.come(one);
    CHECK(rig.admission.pauses());  // it is not known yet that only one will end
    rig.run();
    CHECK(rig.admission.pauses());
    rig.worker.end();
    rig.run();
    CHECK(rig.adopted.size() == 1);
    CHECK_FALSE(rig.admission.pauses());
    const UniqueFd c = rig.come(one);
    rig.run_until_stuck();
    CHECK_FALSE(rig.admission.pauses());
    const UniqueFd d = rig.come(one);
    CHECK(read(d).starts_with("HTTP/1.1 503 "));
    CHECK(read(d).empty());
    CHECK(rig.log.count("connections refused") == 1);
    CHECK(rig.adopted.size() == 1);
    CHECK(rig.connections.value() == 4);  // two that are being answered, two that wait
    const UniqueFd e = rig.come(two);
    CHECK(rig.adopted.back() == two);
  }

  TEST_CASE("those who wait are let in as soon as somebody of theirs ends, and at the stop in any case") {
    Rig rig;
    rig.worker.ends_at_once = false;
    const UniqueFd a = rig.come(one);
    const UniqueFd b = rig.come(one);
    rig.run();
    rig.admission.admit_all();
    CHECK(rig.adopted.size() == 2);
    rig.io.run();  // to its end: nobody waits for anything any more
    CHECK(rig.adopted.size() == 2);
  }

  TEST_CASE("a limit that was lowered holds from the next newcomer on") {
    Rig rig;
    rig.peers.change(1, {});
    rig.worker.add(candidate(idle, 2, 3));
    rig.connections.add();
    rig.worker.peer->add();
    const UniqueFd client = rig.come(one);
    rig.run();
    CHECK(rig.worker.evicted == std::vector<std::uint64_t>{1, 3});
    CHECK(rig.adopted.empty());  // the third is being answered
    rig.worker.end();
    rig.run();
    CHECK(rig.adopted == std::vector{one});
  }
}

}  // namespace
}  // namespace oneshot::net
