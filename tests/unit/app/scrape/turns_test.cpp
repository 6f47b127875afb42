// SPDX-License-Identifier: MIT
#include "app/scrape/turns.hpp"

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace oneshot::app {
namespace {

using std::chrono::milliseconds;

/// Waits on an io_context, as a connection does.
class RealWaiting final : public delivery::Waiting {
 public:
  explicit RealWaiting(asio::io_context& io) : io_(io) {}
  asio::awaitable<void> yield() override { co_await asio::post(io_, asio::use_awaitable); }
  asio::awaitable<void> pause(milliseconds) override { co_return; }
  asio::awaitable<void> wait(delivery::OneShotEvent& event) override {
    co_await wait_until(event, std::chrono::steady_clock::now() + std::chrono::hours(1));
  }
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime until) override {
    asio::steady_timer timer(io_, until);
    event.on_notify([&] { timer.cancel(); });
    asio::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await timer.async_wait(token);
    event.forget();
  }
  [[nodiscard]] bool peer_closed() noexcept override { return false; }
  [[nodiscard]] bool stopping() const noexcept override { return false; }

 private:
  asio::io_context& io_;
};

struct Rig {
  void ask(char name, milliseconds patience = std::chrono::hours(1)) {
    asio::co_spawn(io, one(this, name, patience), [](const std::exception_ptr& fault) { CHECK(fault == nullptr); });
    run();
  }
  void run() {
    io.restart();
    io.poll();
  }
  static asio::awaitable<void> one(Rig* rig, char name, milliseconds patience) {
    const SteadyTime until = std::chrono::steady_clock::now() + patience;
    auto taking = rig->turns.take(rig->waiting, until);
    Turns::Turn turn = co_await std::move(taking);
    (turn ? rig->called : rig->refused) += name;
    if (turn) rig->held.push_back(std::move(turn));
  }
  void end_first() {
    held.erase(held.begin());
    run();
  }

  Turns turns{2, 3};
  std::string called;
  std::string refused;
  std::vector<Turns::Turn> held;
  asio::io_context io;
  RealWaiting waiting{io};
};

}  // namespace

TEST_CASE("a few at once, the others in the order in which they came, and no more than there may wait") {
  Rig rig;
  for (const char name : {'a', 'b', 'c', 'd', 'e', 'f'}) rig.ask(name);
  CHECK(rig.called == "ab");
  CHECK(rig.refused == "f");
  CHECK(rig.turns.waiting() == 3);
  rig.end_first();
  CHECK(rig.called == "abc");
  rig.end_first();
  rig.end_first();
  CHECK(rig.called == "abcde");
  CHECK(rig.turns.waiting() == 0);
  rig.held.clear();
  rig.ask('g');
  rig.ask('h');
  rig.ask('i');
  CHECK(rig.called == "abcdegh");
}

TEST_CASE("whose time is over has no turn, and is none that others wait for") {
  Rig rig;
  rig.ask('a');
  rig.ask('b');
  rig.ask('c', milliseconds(0));
  rig.ask('d');
  rig.io.restart();
  while (rig.refused.empty() && rig.io.run_one() > 0) {
  }
  CHECK(rig.refused == "c");
  rig.end_first();
  CHECK(rig.called == "abd");
}

TEST_CASE("who is gone before the turn came, or when it did, passes it on") {
  Turns turns(1, 3);
  Turns::Turn held;
  std::string called;
  {
    asio::io_context io;
    RealWaiting waiting(io);
    auto take = [](Turns* of, RealWaiting* by, Turns::Turn* into, std::string* names) -> asio::awaitable<void> {
      auto taking = of->take(*by, std::chrono::steady_clock::now() + std::chrono::hours(1));
      *into = co_await std::move(taking);
      *names += 'x';
    };
    Turns::Turn never;
    asio::co_spawn(io, take(&turns, &waiting, &held, &called), [](const std::exception_ptr&) {});
    asio::co_spawn(io, take(&turns, &waiting, &never, &called), [](const std::exception_ptr&) {});
    asio::co_spawn(io, take(&turns, &waiting, &never, &called), [](const std::exception_ptr&) {});
    io.poll();
    CHECK(called == "x");
    CHECK(turns.waiting() == 2);
    held = Turns::Turn();  // the second one is called, and its connection ends before it goes on
  }
  CHECK(turns.waiting() == 0);
  asio::io_context io;
  RealWaiting waiting(io);
  auto take = [](Turns* of, RealWaiting* by, bool* done) -> asio::awaitable<void> {
    auto taking = of->take(*by, std::chrono::steady_clock::now());
    const Turns::Turn turn = co_await std::move(taking);
    *done = static_cast<bool>(turn);
  };
  bool done = false;
  asio::co_spawn(io, take(&turns, &waiting, &done), [](const std::exception_ptr&) {});
  io.poll();
  CHECK(done);
}

}  // namespace oneshot::app
