// SPDX-License-Identifier: MIT
#include "net/eviction/eviction.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "support/captured_log.hpp"
#include "unit/net/test_evictable.hpp"

namespace oneshot::net {
namespace {

using enum EvictionPriority;
using test::candidate;
using test::TestEvictable;

/// Two workers with four connections, and the eviction between them.
struct Rig {
  asio::io_context io{1};
  LiveConnections connections;
  Peers peers{0, {}};
  http::Statistics statistics;
  TestEvictable a{connections, {candidate(idle, 2, 1), candidate(never, 0, 2)}};
  TestEvictable b{connections, {candidate(idle, 1, 3), candidate(awaiting_receipt, 0, 4)}};
  asio::posix::stream_descriptor acceptor{io, ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  oneshot::test::CapturedLog log;

  Eviction eviction(std::size_t max_connections) { return {{&a, &b}, connections, peers, statistics, max_connections}; }

  void run(asio::awaitable<void> work) {
    asio::co_spawn(io, std::move(work), [](std::exception_ptr fault) {
      if (fault) std::rethrow_exception(fault);
    });
    io.restart();
    io.run();
  }
};

using Ids = std::vector<std::uint64_t>;

TEST_SUITE("eviction") {
  TEST_CASE("the lowest priority goes first, of equal ones the one that has had it for longest, and some never") {
    CHECK(candidate(first, 2).evict_before(candidate(idle, 1)));
    CHECK(candidate(idle, 2).evict_before(candidate(asking, 1)));
    CHECK(candidate(asking, 2).evict_before(candidate(arriving, 1)));
    CHECK(candidate(arriving, 2).evict_before(candidate(scraper, 1)));
    CHECK(candidate(scraper, 2).evict_before(candidate(awaiting_receipt, 1)));
    CHECK_FALSE(candidate(awaiting_receipt, 1).evict_before(candidate(idle, 2)));
    CHECK(candidate(idle, 1).evict_before(candidate(idle, 2)));
    CHECK_FALSE(candidate(idle, 2).evict_before(candidate(idle, 2)));
    CHECK(candidate(idle, 2).evict_before({}));
    CHECK_FALSE(candidate(never, 1).evict_before(candidate(never, 2)));
  }

  TEST_CASE("a peer that crowds the others loses even its newcomers before them, but its scraper only after them") {
    EvictionCandidate crowding = candidate(arriving, 2);
    crowding.crowds = true;
    CHECK(crowding.evict_before(candidate(first, 1)));
    CHECK_FALSE(candidate(first, 1).evict_before(crowding));
    crowding.priority = scraper;
    CHECK_FALSE(crowding.evict_before(candidate(arriving, 3)));
    CHECK(crowding.evict_before(candidate(scraper, 1)));
    crowding.priority = never;
    CHECK_FALSE(crowding.evict_before(candidate(scraper, 1)));
  }

  TEST_CASE("at max_connections the longest idle connection of all workers is closed for a new one, and no other") {
    Rig rig;
    Eviction eviction = rig.eviction(4);
    CHECK(eviction.full());
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK_FALSE(eviction.full());
    CHECK(rig.a.evicted.empty());
    CHECK(rig.b.evicted == Ids{3});
    CHECK(rig.statistics.evicted_full.load() == 1);
    CHECK(rig.log.count("max_connections=4") == 1);
    CHECK(rig.log.count("peer=0.0.0.0 of_this_peer=1 evicted=1") == 1);
  }

  TEST_CASE("as many are closed as wait, by one question to each worker") {
    Rig rig;
    Eviction eviction = rig.eviction(4);
    rig.run(eviction.make_room(rig.acceptor, 2));
    CHECK(rig.connections.value() == 2);
    CHECK(rig.a.evicted == Ids{1});
    CHECK(rig.b.evicted == Ids{3});
    CHECK(rig.a.questions == 1);
    CHECK(rig.b.questions == 1);
  }

  TEST_CASE("what is left of an answer serves the newcomers of the next moment") {
    Rig rig;
    Eviction eviction = rig.eviction(4);
    rig.run(eviction.make_room(rig.acceptor, 1));
    rig.connections.add();
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.a.evicted == Ids{1});
    CHECK(rig.b.evicted == Ids{3});
    CHECK(rig.a.questions == 1);
  }

  TEST_CASE("those that were evicted and have not ended are not paid for twice") {
    Rig rig;
    rig.a.ends_at_once = rig.b.ends_at_once = false;
    Eviction eviction = rig.eviction(4);
    asio::co_spawn(rig.io, eviction.make_room(rig.acceptor, 2), [](std::exception_ptr) {});
    rig.io.poll();
    CHECK(rig.a.evicted == Ids{1});
    CHECK(rig.b.evicted == Ids{3});
    rig.connections.remove();
    rig.io.run();
    rig.connections.add();
    asio::co_spawn(rig.io, eviction.make_room(rig.acceptor, 1), [](std::exception_ptr) {});
    rig.io.restart();
    rig.io.poll();
    CHECK(rig.b.evicted == Ids{3});  // the other one's end is still to come, so nobody else goes
    rig.connections.remove();
    rig.io.run();
    CHECK(rig.io.stopped());
  }

  TEST_CASE("a connection that has changed since it was offered is not counted, and another one goes") {
    Rig rig;
    rig.b.changed = 3;
    Eviction eviction = rig.eviction(4);
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.a.evicted == Ids{1});
    CHECK(rig.b.evicted.empty());
    CHECK(rig.statistics.evicted_full.load() == 1);
  }

  TEST_CASE("a lower limit evicts as many as it takes, in their order, and logs that once a minute") {
    Rig rig;
    Eviction eviction = rig.eviction(5);
    CHECK_FALSE(eviction.full());
    eviction.change(2);
    const SteadyTime began = std::chrono::steady_clock::now();
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::seconds(1));  // a scraper is known, and one is busy
    CHECK(rig.connections.value() == 1);
    CHECK(rig.a.evicted == Ids{1});
    CHECK(rig.b.evicted == Ids{3, 4});
    CHECK(rig.log.count("level=warn") == 1);
  }

  TEST_CASE("for many newcomers at once no better group goes, while one of a worse one can") {
    Rig rig;
    Eviction eviction = rig.eviction(5);
    EvictionCandidate crowding = candidate(asking, 3, 5);
    crowding.crowds = true;
    rig.a.add(crowding);
    rig.connections.add();
    rig.run(eviction.make_room(rig.acceptor, 4));
    CHECK(rig.a.evicted == Ids{5});
    CHECK(rig.b.evicted.empty());
  }

  TEST_CASE("strangers and scrapers go a while after nobody of a worse group could go, at once where none is busy") {
    Rig rig;
    EvictionCandidate busy = candidate(never, 0, 6);
    busy.crowds = true;
    rig.a.add(busy);
    rig.connections.add();
    Eviction eviction = rig.eviction(5);
    const SteadyTime began = std::chrono::steady_clock::now();
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.b.evicted == Ids{3});
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(100));
    CHECK(rig.b.questions <= 3);  // one at the begin, and one for each tenth of a second that it waits

    Rig other;
    TestEvictable all{other.connections, {candidate(scraper, 1, 9)}};
    Eviction of_scrapers({&all}, other.connections, other.peers, other.statistics, 1);
    for (int i = 0; i < 4; ++i) other.connections.remove();
    other.run(of_scrapers.make_room(other.acceptor, 1));
    CHECK(all.evicted == Ids{9});
    CHECK(all.questions == 1);
  }

  TEST_CASE("nothing is evicted for an acceptor that is closed") {
    Rig rig;
    Eviction eviction = rig.eviction(4);
    rig.acceptor.close();
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.connections.value() == 4);
  }

  TEST_CASE("connections are evicted for want of descriptors, none for want of memory") {
    Rig rig;
    Eviction eviction = rig.eviction(100);
    rig.run(eviction.wait_for_resources(ENOMEM, 1));
    CHECK(rig.connections.value() == 4);
    rig.run(eviction.wait_for_resources(EMFILE, 1));
    CHECK(rig.connections.value() == 3);
    CHECK(rig.b.evicted == Ids{3});
  }

  TEST_CASE("a worker that does not answer keeps nobody from being evicted elsewhere") {
    Rig rig;
    rig.b.silent = true;
    Eviction eviction = rig.eviction(4);
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.a.evicted == Ids{1});
  }

  TEST_CASE("nobody goes for a place that came free while the workers were asked") {
    Rig rig;
    rig.a.end(2);
    rig.a.when_asked = [&] {  // as when a crowd has left: all but the scraper
      rig.a.end(1);
      rig.b.end(3);
    };
    Eviction eviction = rig.eviction(3);
    rig.run(eviction.make_room(rig.acceptor, 2));
    CHECK(rig.a.evicted.empty());
    CHECK(rig.b.evicted.empty());
    CHECK(rig.connections.value() == 1);
  }

  TEST_CASE("a stranger does not go at once because the worker of those who crowd does not answer in time") {
    Rig rig;
    rig.a.silent = true;
    Eviction eviction = rig.eviction(4);
    const SteadyTime began = std::chrono::steady_clock::now();
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.b.evicted == Ids{3});
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(500));
  }

  TEST_CASE("a scraper does not go at once because the worker of all the others does not answer in time") {
    Rig rig;
    rig.a.silent = true;
    rig.b.end(3);
    Eviction eviction = rig.eviction(3);
    const SteadyTime began = std::chrono::steady_clock::now();
    rig.run(eviction.make_room(rig.acceptor, 1));
    CHECK(rig.b.evicted == Ids{4});
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::seconds(1));
  }
}

}  // namespace
}  // namespace oneshot::net
