// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "confirm/confirmer.hpp"
#include "fake_store.hpp"

namespace oneshot::confirm::test {

using Outcomes = std::vector<delivery::Outcome>;
using Events = std::vector<std::string>;

/// A client's side of waiting: the test goes on when it likes.
class NoWaiting final : public delivery::Waiting {
 public:
  explicit NoWaiting(FakeStore& store) : store_(store) {}
  asio::awaitable<void> yield() override { co_return; }
  asio::awaitable<void> pause(std::chrono::milliseconds) override { co_return; }
  asio::awaitable<void> wait(delivery::OneShotEvent&) override { co_return; }
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime until) override {
    co_await store_.wait_until(event, until);
  }
  [[nodiscard]] bool peer_closed() noexcept override { return false; }
  [[nodiscard]] bool stopping() const noexcept override { return false; }

 private:
  FakeStore& store_;
};

struct Rig {
  explicit Rig(bool calibrated = true, Options given = {}) : options(std::move(given)) {
    clock.set(1'795'671'000'000);
    queue.is_calibrated = calibrated;
    options.url = "http://prom-a:9090";
  }
  ~Rig() {
    if (confirmer != nullptr) confirmer->retire();
    settle_down();
    CHECK(ended);
  }

  void start() {
    confirmer = std::make_shared<Confirmer>("prom-a", options, queue, clock, store);
    const bool resumes = queue.to_resume != nullptr;
    confirmer->resume("events_to_metrics");
    run();
    if (!resumes) store->asked.clear();  // without the question at the start
  }
  void run() {
    ended = false;
    asio::co_spawn(io, confirmer->run(), [this](const std::exception_ptr& fault) {
      CHECK(!fault);
      ended = true;
    });
    settle_down();
  }
  void settle_down() {
    io.restart();
    int left = 100'000;  // the clock stands still: what asks without end would never come to its own
    while (left > 0 && io.poll_one() > 0) --left;
    CHECK(left > 0);
  }
  void pass(std::chrono::milliseconds time) {
    for (std::chrono::milliseconds passed{0}; passed < time; passed += std::chrono::milliseconds(50)) {
      clock.advance(std::chrono::milliseconds(50));
      store->tick();
      settle_down();
    }
  }
  /// A scrape that gets a batch, and whose last byte is sent.
  void send(std::uint64_t number, Events events = {"type=\"x\""}) {
    confirmer->taken(queue.batch(number, std::move(events)), "events_to_metrics");
    confirmer->handed_over(number);
    settle_down();
  }
  /// A scrape with the marker alone, which is stored.
  void marker(std::uint64_t number) {
    confirmer->issued(number);
    store->scrape(number);
    settle_down();
  }
  Judge::Permit permit() {
    NoWaiting waiting(*store);
    Judge::Permit permit{};
    bool done = false;
    asio::co_spawn(io, confirmer->before_scrape(waiting, clock.steady() + std::chrono::milliseconds(300)),
                   [&](const std::exception_ptr&, Judge::Permit got) {
                     permit = got;
                     done = true;
                   });
    settle_down();
    if (!done) pass(std::chrono::milliseconds(300));
    REQUIRE(done);
    return permit;
  }
  [[nodiscard]] Outcomes outcomes(std::uint64_t number) { return queue.log(number).outcomes; }

  asio::io_context io;
  oneshot::test::ManualClock clock;
  std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>(io, clock);
  FakeQueue queue;
  Options options;
  std::shared_ptr<Confirmer> confirmer;
  bool ended = true;
};

}  // namespace oneshot::confirm::test
