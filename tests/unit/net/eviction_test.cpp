// SPDX-License-Identifier: MIT
#include "net/eviction.hpp"

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "support/captured_log.hpp"

namespace oneshot::net {
namespace {

using std::chrono::seconds;
using enum EvictionPriority;

EvictionCandidate candidate(EvictionPriority priority, int since, std::uint64_t id = 0) {
  return {.priority = priority, .since = SteadyTime{} + seconds(since), .id = id};
}

/// A worker whose connections end as soon as they are evicted.
class TestWorker final : public Evictable {
 public:
  TestWorker(LiveConnections& connections, std::vector<EvictionCandidate> all)
      : connections_(connections), all_(std::move(all)) {
    for (std::size_t i = 0; i < all_.size(); ++i) connections_.add();
  }
  asio::awaitable<EvictionCandidate> eviction_candidate() override {
    EvictionCandidate best;
    for (const EvictionCandidate& one : all_) {
      if (one.evict_before(best)) best = one;
    }
    co_return best;
  }
  void evict(std::uint64_t id) override {
    evicted.push_back(id);
    std::erase_if(all_, [id](const EvictionCandidate& one) { return one.id == id; });
    connections_.remove();
  }

  std::vector<std::uint64_t> evicted;

 private:
  LiveConnections& connections_;
  std::vector<EvictionCandidate> all_;
};

/// Two workers with four connections, and the eviction between them.
struct Rig {
  asio::io_context io{1};
  LiveConnections connections;
  TestWorker a{connections, {candidate(idle, 2, 1), candidate(never, 0, 2)}};
  TestWorker b{connections, {candidate(idle, 1, 3), candidate(awaiting_receipt, 0, 4)}};
  asio::ip::tcp::acceptor acceptor{io, asio::ip::tcp::v4()};
  oneshot::test::CapturedLog log;

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
    CHECK_FALSE(candidate(awaiting_receipt, 1).evict_before(candidate(idle, 2)));
    CHECK(candidate(idle, 1).evict_before(candidate(idle, 2)));
    CHECK_FALSE(candidate(idle, 2).evict_before(candidate(idle, 2)));
    CHECK(candidate(idle, 2).evict_before({}));
    CHECK_FALSE(candidate(never, 1).evict_before(candidate(never, 2)));
  }

  TEST_CASE("at max_connections the longest idle connection of all workers is closed for a new one, and no other") {
    Rig rig;
    Eviction eviction({&rig.a, &rig.b}, rig.connections, 4);
    CHECK(eviction.full());
    rig.run(eviction.make_room(rig.acceptor));
    CHECK_FALSE(eviction.full());
    CHECK(rig.a.evicted.empty());
    CHECK(rig.b.evicted == Ids{3});
    CHECK(rig.log.count("max_connections=4") == 1);
  }

  TEST_CASE("a lower limit evicts as many as it takes, in their order, and logs that once a minute") {
    Rig rig;
    Eviction eviction({&rig.a, &rig.b}, rig.connections, 5);
    CHECK_FALSE(eviction.full());
    eviction.change(2);
    rig.run(eviction.make_room(rig.acceptor));
    rig.run(eviction.make_room(rig.acceptor));
    CHECK(rig.connections.value() == 1);
    CHECK(rig.a.evicted == Ids{1});
    CHECK(rig.b.evicted == Ids{3, 4});
    CHECK(rig.log.count("level=warn") == 1);
  }

  TEST_CASE("nothing is evicted for an acceptor that is closed") {
    Rig rig;
    Eviction eviction({&rig.a, &rig.b}, rig.connections, 4);
    rig.acceptor.close();
    rig.run(eviction.make_room(rig.acceptor));
    CHECK(rig.connections.value() == 4);
  }

  TEST_CASE("one connection is evicted for want of a descriptor, none for want of memory") {
    Rig rig;
    Eviction eviction({&rig.a, &rig.b}, rig.connections, 100);
    rig.run(eviction.wait_for_resources(ENOMEM));
    CHECK(rig.connections.value() == 4);
    rig.run(eviction.wait_for_resources(EMFILE));
    CHECK(rig.connections.value() == 3);
    CHECK(rig.b.evicted == Ids{3});
  }
}

}  // namespace
}  // namespace oneshot::net
