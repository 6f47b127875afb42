// SPDX-License-Identifier: MIT
#include "app/scrape/delivery_receipt.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <utility>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using test::event_samples;
using test::first_line;

/// A connection that decides what the test says when it is asked.
class FakeTransfer final : public delivery::Transfer {
 public:
  asio::awaitable<State> resolve() override {
    ++asked;
    if (when_asked) when_asked();
    co_return state;
  }

  int asked = 0;
  State state = State::settled;
  std::function<void()> when_asked;
};

struct Sent {
  App app;
  Answer answer;
  std::shared_ptr<FakeTransfer> transfer = std::make_shared<FakeTransfer>();

  /// A batch of one event whose last byte is in the kernel.
  Sent() {
    app.scrape();
    app.event("n=1");
    answer = app.get("/metrics");
    REQUIRE(answer.reply.receipt != nullptr);
    answer.reply.receipt->on_started(transfer);
    answer.reply.receipt->on_handed_over(true);
  }
};

TEST_CASE("a newer scrape asks the connection of the older one, and goes on once that was delivered") {
  Sent sent;
  sent.transfer->when_asked = [&] { sent.answer.reply.receipt->on_settled(delivery::Outcome::delivered); };
  sent.app.event("n=2");
  const Answer next = sent.app.scrape();
  CHECK(sent.transfer->asked == 1);
  CHECK(event_samples(next) == 1);
  CHECK(test::value_of(next, "events_to_metrics", {{"n", "2"}}) == 1);
  CHECK(sent.app.waiting.paused == 1);
}

TEST_CASE("a newer scrape gets the batch again if the connection says that it was not delivered") {
  using enum delivery::Outcome;
  for (const delivery::Outcome outcome : {truncated, unconfirmed, timed_out, refused}) {
    Sent sent;
    sent.transfer->when_asked = [&] { sent.answer.reply.receipt->on_settled(outcome); };
    const Answer next = sent.app.scrape();
    CHECK(event_samples(next) == (outcome == refused ? 0 : 1));  // alone, and its reader will never take it
    CHECK(event_samples(sent.app.scrape()) == 0);
  }
}

TEST_CASE("a newer scrape whose client has left does not ask, and gets nothing") {
  Sent sent;
  sent.app.waiting.left = true;
  CHECK(event_samples(sent.app.scrape()) == 0);
  CHECK(sent.transfer->asked == 0);
  sent.app.waiting.left = false;
  sent.transfer->when_asked = [&] { sent.answer.reply.receipt->on_settled(delivery::Outcome::unconfirmed); };
  CHECK(event_samples(sent.app.scrape()) == 1);
}

TEST_CASE("while the older one is under way, a newer scrape is answered without a batch") {
  Sent sent;
  sent.transfer->state = delivery::Transfer::State::under_way;
  const Answer next = sent.app.scrape();
  CHECK(sent.transfer->asked == 1);
  CHECK(event_samples(next) == 0);
  CHECK(first_line(next).find("no batch: the one before it is still on its way") != std::string::npos);
  sent.answer.reply.receipt->on_settled(delivery::Outcome::delivered);
  CHECK(event_samples(sent.app.scrape()) == 0);
  CHECK(sent.transfer->asked == 1);
}

TEST_CASE("the receipt lets go of the transfer once it is settled, or gone") {
  Sent settled;
  std::weak_ptr<FakeTransfer> watch = settled.transfer;
  settled.transfer.reset();
  CHECK_FALSE(watch.expired());
  settled.answer.reply.receipt->on_settled(delivery::Outcome::delivered);
  CHECK(watch.expired());

  Sent dropped;
  watch = dropped.transfer;
  dropped.transfer.reset();
  dropped.answer.reply.receipt.reset();
  CHECK(watch.expired());
  CHECK(event_samples(dropped.app.scrape()) == 1);
}

TEST_CASE("in flight is what is on its way, until the receipt is in") {
  Sent sent;
  CHECK(sent.app.queue->statistics().scrapers.at(0).in_flight == 1);
  CHECK(sent.app.queue->statistics().scrapers.at(0).delivered == 0);
  sent.answer.reply.receipt->on_settled(delivery::Outcome::delivered);
  CHECK(sent.app.queue->statistics().scrapers.at(0).in_flight == 0);
  CHECK(sent.app.queue->statistics().scrapers.at(0).delivered == 1);
}

}  // namespace
}  // namespace oneshot::app
