// SPDX-License-Identifier: MIT
#include "net/session/long_work.hpp"

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <exception>
#include <memory>
#include <string>

namespace oneshot::net {
namespace {

/// A worker's loop, and what was done in it: a letter for each piece of long work, `.` for an ordinary request.
struct Loop {
  void begin(char name, int pieces) {
    asio::co_spawn(io, work(this, name, pieces), [](const std::exception_ptr& fault) { CHECK(fault == nullptr); });
  }
  static asio::awaitable<void> work(Loop* loop, char name, int pieces) {
    while (pieces-- > 0) {
      auto turn = loop->long_work.take_turn(loop->io.get_executor());
      co_await std::move(turn);
      loop->done += name;
    }
  }
  /// In each round of the loop one ordinary request is there.
  void ask(int rounds) {
    if (rounds == 0) return;
    asio::post(io, [this, rounds] {
      done += '.';
      ask(rounds - 1);
    });
  }
  std::string run() {
    io.restart();
    io.poll();
    return done;
  }

  LongWork long_work;  // before the context: what is left in that still knows it
  asio::io_context io{1};
  std::string done;
};

TEST_CASE("who works alone goes on in the next round") {
  Loop loop;
  loop.begin('a', 3);
  loop.ask(4);
  CHECK(loop.run() == ".a.a.a.");
}

TEST_CASE("many who work long have turns in order, one in each round, and ordinary requests come between") {
  Loop loop;
  for (const char name : {'a', 'b', 'c', 'd'}) loop.begin(name, 3);
  loop.ask(20);
  const std::string done = loop.run();
  CAPTURE(done);
  std::string letters = done;
  std::erase(letters, '.');
  CHECK(letters == "abcdabcdabcd");
  for (std::size_t i = done.find('b'); i + 1 < done.size(); ++i) CHECK((done[i] == '.' || done[i + 1] == '.'));
}

TEST_CASE("whose connection has gone while it waited has no turn, and keeps nobody else from one") {
  Loop loop;
  auto gone = std::make_unique<asio::io_context>(1);
  loop.begin('a', 2);
  loop.io.run_one();  // it has the next turn
  bool called = false;
  asio::co_spawn(*gone, loop.long_work.take_turn(gone->get_executor()),
                 [&called](const std::exception_ptr&) { called = true; });
  gone->poll();
  loop.begin('b', 2);
  loop.io.run_one();
  gone = nullptr;
  CHECK(loop.run() == "aabb");
  CHECK_FALSE(called);
}

}  // namespace
}  // namespace oneshot::net
