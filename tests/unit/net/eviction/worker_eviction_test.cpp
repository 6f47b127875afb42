// SPDX-License-Identifier: MIT
// Whom a worker would evict when its thread has been busy, or has not run, for a while: what the kernel has for it then
// counts, too.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <string_view>
#include <utility>
#include <vector>

#include "net/eviction/peers.hpp"
#include "net/worker.hpp"

namespace oneshot::net {
namespace {

/// Answers at once, but for /long, which holds the worker's thread until it may go on.
class Handler final : public http::Handler {
 public:
  http::Answer handle(const http::Request& request, delivery::Waiting&) override {
    if (request.path == "/long") {
      begun.set_value();
      go_on.get_future().wait();
    }
    return http::Reply(200, "done\n");
  }
  std::promise<void> begun;
  std::promise<void> go_on;
};

/// A worker with connections of one peer. The thread runs until stop().
struct Rig {
  LiveConnections connections;
  http::MemoryBudget memory{1 << 20};
  Handler handler;
  Options options;
  Worker worker{1, handler, options, connections, memory};
  Peer peer{Address::parse("10.0.0.1").value(), true};

  Rig() { worker.start(); }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  ~Rig() {
    worker.stop_sessions_now();
    worker.join();
  }

  /// The client's end of a connection that the worker has begun with.
  UniqueFd connect() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    connections.add();
    peer.add();
    worker.adopt({UniqueFd(ends[0]), Address::parse("10.0.0.1").value()}, peer);
    ask().get();
    return UniqueFd(ends[1]);
  }
  std::future<EvictionAnswer> ask() {
    auto promise = std::make_shared<std::promise<EvictionAnswer>>();
    worker.ask({.most = 10, .crowd_from = 1},
               [promise](EvictionAnswer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
};

void send(const UniqueFd& socket, std::string_view text) {
  REQUIRE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

TEST_SUITE("worker eviction") {
  TEST_CASE("a newcomer whose request waits counts as being answered, and goes after those who have asked nothing") {
    Rig rig;
    const UniqueFd asks = rig.connect();
    const UniqueFd silent = rig.connect();
    const UniqueFd occupies = rig.connect();
    send(occupies, "GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    rig.handler.begun.get_future().wait();
    send(asks, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    std::future<EvictionAnswer> asked = rig.ask();
    rig.handler.go_on.set_value();
    const EvictionAnswer answer = asked.get();

    REQUIRE(answer.candidates.size() == 3);  // the one that was just answered is idle
    CHECK_FALSE(answer.candidates[0].asks);
    CHECK_FALSE(answer.candidates[1].asks);
    CHECK(answer.candidates[2].asks);
    CHECK(answer.candidates[2].id < answer.candidates[1].id);  // though it has been here for longest
    CHECK(answer.busy_crowding == 1);
  }

  TEST_CASE("a newcomer whose request has come since the newcomer was offered is not evicted") {
    Rig rig;
    const UniqueFd asks = rig.connect();
    const UniqueFd occupies = rig.connect();
    std::vector<EvictionCandidate> offered = rig.ask().get().candidates;
    REQUIRE(offered.size() == 2);
    offered.pop_back();
    send(occupies, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
    rig.handler.begun.get_future().wait();
    send(asks, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    std::promise<std::size_t> missed;
    rig.worker.evict(offered, [&](std::size_t count) { missed.set_value(count); });
    rig.handler.go_on.set_value();
    CHECK(missed.get_future().get() == 1);
  }
}

}  // namespace
}  // namespace oneshot::net
