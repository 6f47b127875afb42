// SPDX-License-Identifier: MIT
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <thread>

#include "unit/net/poller/socket_fixture.hpp"

namespace oneshot::net {
namespace {

using std::chrono::steady_clock;
using test::PolledContext;
using test::SocketRig;

/// Reads byte after byte.
asio::awaitable<void> read_all(PolledSocket& socket, std::size_t& bytes) {
  char space = 0;
  oneshot::test::FixedSpace buffer(&space, 1);
  while (true) {
    const auto [error, size] = co_await socket.async_read_some(buffer, nothrow);
    if (error) co_return;
    bytes += size;
  }
}

TEST_CASE("a socket that always has bytes lets others, posts and timers go on after each read") {
  PolledContext context;
  const SocketRig greedy(context);
  const SocketRig modest(context);
  test::send_all(greedy.peers, std::string(10'000, 'x'));
  std::size_t greedy_bytes = 0;
  std::size_t modest_bytes = 0;
  context.spawn(read_all(*greedy.socket, greedy_bytes));
  context.spawn(read_all(*modest.socket, modest_bytes));
  context.run();
  for (std::size_t i = 1; i <= 20; ++i) {
    test::send_all(modest.peers, "y");
    bool posted = false;
    asio::post(context.io, [&posted] { posted = true; });
    asio::steady_timer timer(context.io, steady_clock::now());
    bool rang = false;
    timer.async_wait([&rang](const asio::error_code&) { rang = true; });
    const std::size_t before = greedy_bytes;
    for (int round = 0; round < 3; ++round) context.io.poll();
    CHECK(modest_bytes == i);
    CHECK(posted);
    CHECK(rang);
    CHECK(greedy_bytes > before);
    CHECK(greedy_bytes <= before + 20);
  }
  CHECK(greedy_bytes < 10'000);
  CHECK(context.run_until([&] { return greedy_bytes == 10'000; }));
}

TEST_CASE("handlers that post others again and again do not keep sockets from being read") {
  PolledContext context;
  const SocketRig rig(context);
  int rounds = 0;
  std::function<void()> again = [&] {
    if (++rounds < 1'000) asio::post(context.io, [&again] { again(); });
  };
  again();
  int read_at = 0;
  const auto reading = [](const SocketRig& of, int& round, int& into) -> asio::awaitable<void> {
    char space = 0;
    oneshot::test::FixedSpace buffer(&space, 1);
    const auto [error, size] = co_await of.socket->async_read_some(buffer, nothrow);
    into = error ? -1 : round;
  };
  context.spawn(reading(rig, rounds, read_at));
  test::send_all(rig.peers, "x");
  context.io.poll();
  CHECK(read_at > 0);
  CHECK(read_at < 10);
}

TEST_CASE("nobody sleeps while a socket has bytes that were told of before") {
  PolledContext context;
  const SocketRig rig(context);
  test::send_all(rig.peers, "abcdef");
  const auto read_six = [](const SocketRig& of, asio::io_context& io) -> asio::awaitable<void> {
    char space = 0;
    oneshot::test::FixedSpace buffer(&space, 1);
    for (int i = 0; i < 6; ++i) {
      const auto [error, size] = co_await of.socket->async_read_some(buffer, nothrow);
      if (error) co_return;
    }
    io.stop();
  };
  context.spawn(read_six(rig, context.io));
  context.io.run_for(std::chrono::seconds(10));
  CHECK(context.io.stopped());
}

TEST_CASE("another thread's post and stop() wake a context that waits for its sockets") {
  asio::io_context io{1};
  const auto work = asio::make_work_guard(io);
  std::atomic<int> posts{0};
  std::thread thread([&io] {
    const Poller::Attached attached(io);
    io.run();
  });
  for (int i = 1; i <= 200; ++i) {
    asio::post(io, [&posts] {
      ++posts;
      posts.notify_one();
    });
    posts.wait(i - 1);  // ends never, where a post does not wake
  }
  CHECK(posts == 200);
  io.stop();
  thread.join();
}

TEST_CASE("bytes go before a deadline that is over at the same time") {
  PolledContext context;
  const SocketRig rig(context);
  SocketRig::Read read;
  rig.begin_read(read);
  asio::steady_timer timer(context.io, std::chrono::milliseconds(1));
  timer.async_wait([&rig](const asio::error_code&) { rig.socket->cancel(); });
  context.io.poll();
  // As where the thread was kept from running. The timer is over for a clock that may be a little behind ours.
  const auto over = timer.expiry() + std::chrono::milliseconds(20);
  while (steady_clock::now() < over) std::this_thread::yield();
  test::send_all(rig.peers, "in time");
  REQUIRE(context.run_until([&read] { return read.done; }));
  CHECK(read.text == "in time");
}

TEST_CASE("more sockets than one call tells of are all told") {
  PolledContext context;
  constexpr std::size_t many = 300;
  std::vector<std::unique_ptr<SocketRig>> rigs;
  std::vector<std::size_t> bytes(many, 0);
  for (std::size_t i = 0; i < many; ++i) {
    rigs.push_back(std::make_unique<SocketRig>(context));
    context.spawn(read_all(*rigs[i]->socket, bytes[i]));
  }
  context.run();
  for (const auto& rig : rigs) test::send_all(rig->peers, "x");
  CHECK(context.run_until([&bytes] { return bytes == std::vector<std::size_t>(many, 1); }));
}

TEST_CASE("another context on an attached thread waits for itself alone") {
  PolledContext context;
  const SocketRig rig(context);
  SocketRig::Read read;
  rig.begin_read(read);
  context.io.poll_one();  // its begin
  test::send_all(rig.peers, "x");
  asio::io_context other{1};
  bool rang = false;
  asio::steady_timer timer(other, std::chrono::milliseconds(1));
  timer.async_wait([&rang](const asio::error_code&) { rang = true; });
  other.run();
  CHECK(rang);
  CHECK_FALSE(read.done);
  CHECK(context.run_until([&read] { return read.done; }));
}

}  // namespace
}  // namespace oneshot::net
