// SPDX-License-Identifier: MIT
// What a session cannot arrange: the order of handlers that are ready at once.
#include "net/receipt/tracked_reply.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "support/test_stream.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using test::TestPeer;
using test::TestStream;

struct Told final : delivery::Receipt {
  explicit Told(std::optional<delivery::Outcome>& o) : outcome(o) {}
  void on_started(std::shared_ptr<delivery::Transfer> /*transfer*/) override {}
  void on_handed_over(bool /*nothing_unread*/) override {}
  void on_settled(delivery::Outcome o) override { outcome = o; }
  std::optional<delivery::Outcome>& outcome;
};

struct Unwanted final : delivery::Lease {
  explicit Unwanted(int& l) : looks(l) {}
  [[nodiscard]] Wanted wanted(SteadyTime /*now*/) const noexcept override {
    ++looks;
    return Wanted::no;
  }
  void ended() noexcept override {}
  int& looks;
};

TEST_CASE("a look that is due when the reply is handed over is none at what the reply kept until then") {
  asio::io_context io;
  const auto peer = std::make_shared<TestPeer>();
  TestStream stream(io, peer);
  std::optional<delivery::Outcome> outcome;
  int looks = 0;
  const auto reply =
      std::make_shared<TrackedReply>(stream, std::make_unique<Told>(outcome), std::make_shared<Unwanted>(looks));
  const SteadyTime start = std::chrono::steady_clock::now();
  reply->start(start + std::chrono::seconds(10));
  io.poll();

  // A long turn of another connection: time passes, and then both are ready, the end of the reply before the look.
  asio::io_context clock;
  asio::steady_timer later(clock, start + milliseconds(150));
  later.async_wait([](const asio::error_code&) {});
  clock.run();
  asio::post(io, [&] { reply->handed_over(); });
  io.restart();
  io.poll();
  CHECK(looks == 0);
  CHECK_FALSE(outcome);
  reply->release();
  CHECK(outcome == delivery::Outcome::unconfirmed);
}

}  // namespace
}  // namespace oneshot::net
