// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <thread>

#include "net/eviction/live_connections.hpp"

namespace {

using oneshot::SteadyTime;
using oneshot::net::LiveConnections;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long wait_for_fewer() took, or the test's whole patience. What `meanwhile` does, another thread does.
template <class Meanwhile>
milliseconds wait(LiveConnections& count, std::size_t than, milliseconds limit, Meanwhile meanwhile) {
  asio::io_context io(1);
  const SteadyTime began = steady_clock::now();
  SteadyTime ended = began + std::chrono::hours(1);
  auto waiting = [](LiveConnections& all, std::size_t fewer, SteadyTime until,
                    SteadyTime& end) -> asio::awaitable<void> {
    auto work = all.wait_for_fewer(fewer, until);
    co_await std::move(work);
    end = steady_clock::now();
  };
  asio::co_spawn(io, waiting(count, than, began + limit, ended), [](std::exception_ptr fault) {
    if (fault) std::rethrow_exception(fault);
  });
  io.poll();
  std::thread other(meanwhile);
  io.restart();
  io.run();
  other.join();
  return std::chrono::duration_cast<milliseconds>(ended - began);
}

TEST_SUITE("live connections") {
  TEST_CASE("the wait ends with a connection, long before its limit") {
    LiveConnections count;
    count.add();
    count.add();
    CHECK(wait(count, 2, milliseconds(60'000), [&] { count.remove(); }) < milliseconds(30'000));
    CHECK(count.value() == 1);
  }

  TEST_CASE("where there are fewer already there is no wait, not even for a thread that says so") {
    LiveConnections count;
    CHECK(wait(count, 1, milliseconds(60'000), [] {}) < milliseconds(30'000));
  }

  TEST_CASE("where nothing ends the wait has its limit, also without any connection") {
    LiveConnections count;
    CHECK(wait(count, 0, milliseconds(20), [] {}) >= milliseconds(20));
    count.add();
    CHECK(wait(count, 1, milliseconds(20), [] {}) >= milliseconds(20));
  }

  TEST_CASE("no end is missed, however it meets the begin of the wait") {
    for (int i = 0; i < 300; ++i) {
      LiveConnections count;
      count.add();
      asio::io_context io(1);
      bool done = false;
      auto waiting = [](LiveConnections& all, bool& end) -> asio::awaitable<void> {
        while (all.value() > 0) {
          auto work = all.wait_for_fewer(1, steady_clock::now() + milliseconds(60'000));
          co_await std::move(work);
        }
        end = true;
      };
      std::thread other([&] { count.remove(); });
      asio::co_spawn(io, waiting(count, done), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
      });
      io.run_for(milliseconds(20'000));
      other.join();
      CHECK(done);
    }
  }
}

}  // namespace
