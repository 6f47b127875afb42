// SPDX-License-Identifier: MIT
#include "net/session/long_work.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <string>

namespace oneshot::net {
namespace {

using std::chrono::microseconds;

SteadyTime now;  // of the loop

/// A worker's loop, and what was done: a letter for each piece of long work, `.` for the ordinary work of a round.
struct Loop {
  void begin(char name, int pieces) {
    asio::co_spawn(io, work(this, name, pieces), [](const std::exception_ptr& fault) { CHECK(fault == nullptr); });
  }
  static asio::awaitable<void> work(Loop* loop, char name, int pieces) {
    while (pieces-- > 0) {
      auto turn = loop->long_work.take_turn(loop->io.get_executor());
      co_await std::move(turn);
      loop->done += name;
      now += loop->piece;
    }
  }
  void ask(int rounds) {
    if (rounds == 0) return;
    asio::post(io, [this, rounds] {
      done += '.';
      now += ordinary;
      ask(rounds - 1);
    });
  }
  std::string run() {
    io.restart();
    io.poll();
    return done;
  }
  /// With so many connections that have as many pieces to do: the most pieces in one round.
  std::size_t most_in_a_round(int connections, int pieces) {
    for (int i = 0; i < connections; ++i) begin(static_cast<char>('A' + i), pieces);
    ask(connections * pieces);
    run();
    std::size_t most = 0;
    for (std::size_t at = 0; at < done.size();) {
      const std::size_t end = std::min(done.find('.', at), done.size());
      most = std::max(most, end - at);
      at = end + 1;
    }
    CHECK(std::ranges::count(done, 'A') == pieces);
    return most;
  }

  LongWork long_work{[] { return now; }};  // before the context: what is left in that still knows it
  asio::io_context io{1};
  std::string done;
  microseconds piece{0};
  microseconds ordinary{0};
};

TEST_CASE("who works alone goes on in the next round") {
  Loop loop;
  loop.begin('a', 3);
  loop.ask(4);
  CHECK(loop.run() == ".a.a.a.");
}

TEST_CASE("many who work long have turns in order, and where a piece takes long one has a turn in each round") {
  Loop loop;
  loop.piece = LongWork::least_of_round;
  for (const char name : {'a', 'b', 'c', 'd'}) loop.begin(name, 3);
  loop.ask(20);
  const std::string done = loop.run();
  CAPTURE(done);
  std::string letters = done;
  std::erase(letters, '.');
  CHECK(letters == "abcdabcdabcd");
  for (std::size_t i = done.find('b'); i + 1 < done.size(); ++i) CHECK((done[i] == '.' || done[i + 1] == '.'));
}

TEST_CASE("short pieces come together in a round, up to the least that a round has for them") {
  Loop loop;
  loop.piece = LongWork::least_of_round / 10;
  CHECK(loop.most_in_a_round(40, 20) == 10);
}

TEST_CASE("long work has as much of a round as the ordinary work, within bounds") {
  Loop loop;
  loop.piece = LongWork::least_of_round / 10;
  loop.ordinary = LongWork::least_of_round * 2;
  CHECK(loop.most_in_a_round(40, 30) == 20);
  Loop busy;
  busy.piece = LongWork::most_of_round / 16;
  busy.ordinary = LongWork::most_of_round * 10;
  CHECK(busy.most_in_a_round(40, 30) == 16);
}

TEST_CASE("the next crowd begins with one in a round again") {
  Loop loop;
  CHECK(loop.most_in_a_round(40, 20) > 10);
  loop.done.clear();
  loop.piece = LongWork::most_of_round;
  CHECK(loop.most_in_a_round(40, 3) == 1);
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
