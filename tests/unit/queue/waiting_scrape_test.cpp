// SPDX-License-Identifier: MIT
//
// WaitingScrape::take() as a coroutine, through a queue: who is woken, why a scrape gets nothing, what is left where it
// is destroyed.
#include <doctest/doctest.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

void rethrow(std::exception_ptr fault) {
  if (fault) std::rethrow_exception(fault);
}

/// What a connection lets a scrape wait for. Only an event, or the test, ends a wait.
class TestWaiting final : public delivery::Waiting {
 public:
  explicit TestWaiting(asio::io_context& context) : context_(context) {}
  asio::awaitable<void> yield() override {
    ++yields;
    co_await asio::post(context_, asio::use_awaitable);
  }
  asio::awaitable<void> pause(std::chrono::milliseconds) override {
    ++pauses;
    co_await asio::post(context_, asio::use_awaitable);
  }
  asio::awaitable<void> wait(delivery::OneShotEvent& event) override { return wait_until(event, SteadyTime::max()); }
  asio::awaitable<void> wait_until(delivery::OneShotEvent& event, SteadyTime) override {
    ++waits;
    const auto timer = std::make_shared<asio::steady_timer>(context_, SteadyTime::max());
    asio::io_context& context = context_;
    timer_ = timer;  // weakly, and so in the event: the event may outlive the io_context that the timer needs
    event.on_notify([&context, weak = timer_] {
      asio::post(context, [weak] {
        if (const auto waited = weak.lock()) waited->cancel();
      });
    });
    asio::error_code cancelled;
    auto token = asio::redirect_error(asio::use_awaitable, cancelled);
    co_await timer->async_wait(std::move(token));
    event.forget();
  }
  [[nodiscard]] bool peer_closed() noexcept override { return left; }
  [[nodiscard]] bool stopping() const noexcept override { return stops; }
  /// The time is over, the client has left, or the program stops.
  void interrupt() {
    if (const auto timer = timer_.lock()) timer->cancel();
  }

  bool left = false;
  bool stops = false;
  int yields = 0;
  int pauses = 0;
  int waits = 0;

 private:
  asio::io_context& context_;
  std::weak_ptr<asio::steady_timer> timer_;
};

/// A scrape on a connection of its own. Its destruction is that of the connection, wherever the scrape waits.
struct Scrape {
  Scrape(Fixture& f, std::string scraper) : waiting(*context) {
    asio::co_spawn(*context, run(f.queue(), std::move(scraper), f.clock.steady() + 5s), rethrow);
    go_on();
  }
  asio::awaitable<void> run(Queue& queue, std::string scraper, SteadyTime until) {
    TakeResult taken = co_await queue.take(std::move(scraper), 0, waiting, until);
    result.emplace(std::move(taken));
  }
  /// As far as it gets.
  void go_on() {
    context->restart();
    context->poll();
  }
  /// One step.
  void step() {
    context->restart();
    context->poll_one();
  }
  [[nodiscard]] bool has_batch() const { return result && result->has_value(); }
  [[nodiscard]] std::optional<NoBatch> why() const {
    return result && !result->has_value() ? std::optional(result->error()) : std::nullopt;
  }

  std::unique_ptr<asio::io_context> context = std::make_unique<asio::io_context>(1);
  TestWaiting waiting;
  std::optional<TakeResult> result;
};

class AskedTransfer final : public delivery::Transfer {
 public:
  asio::awaitable<State> resolve() override {
    ++asked;
    if (waits) co_await waits->wait(never);
    if (when_asked) when_asked();
    co_return state;
  }
  int asked = 0;
  State state = State::settled;
  std::function<void()> when_asked;
  TestWaiting* waits = nullptr;
  delivery::OneShotEvent never;
};

TEST_CASE("a batch is taken at once where there is nothing to wait for") {
  Fixture f;
  f.store(2);
  const Scrape scrape(f, "a");
  REQUIRE(scrape.has_batch());
  CHECK(texts((**scrape.result)->batch()) == numbered(0, 2));
  CHECK(scrape.waiting.waits == 0);
}

TEST_CASE("a scrape sleeps until the batch before it is settled, and the one behind it until that one is") {
  Fixture f;
  f.store(1);
  std::unique_ptr<Delivery> batch = f.take("a");
  Scrape first(f, "a");
  Scrape second(f, "a");
  for (int i = 0; i < 10; ++i) {
    first.go_on();
    second.go_on();
  }
  CHECK(first.waiting.waits == 1);  // no poll
  CHECK(second.waiting.waits == 1);
  batch->settle(delivery::Outcome::truncated);
  second.go_on();
  CHECK_FALSE(second.result.has_value());
  first.go_on();
  REQUIRE(first.has_batch());
  second.go_on();
  CHECK_FALSE(second.result.has_value());
  (**first.result)->settle(delivery::Outcome::delivered);
  second.go_on();
  CHECK(second.has_batch());
}

TEST_CASE("a long way to the end of the log is walked in steps, and others run between them") {
  Fixture f;
  f.options.storage.capacity_bytes = 128 * page;
  f.register_at_end("a");
  f.store(9000);
  const Scrape scrape(f, "a");
  CHECK(scrape.has_batch());
  CHECK(scrape.waiting.yields == 2);
}

TEST_CASE("a scrape that finds a batch on its way asks its transfer, after a look whether its own client has left") {
  Fixture f;
  f.store(1);
  const std::unique_ptr<Delivery> batch = f.take("a");
  const auto transfer = std::make_shared<AskedTransfer>();
  batch->in_transfer(transfer);
  SUBCASE("and goes on once it is settled") {
    transfer->when_asked = [&] { batch->settle(delivery::Outcome::unconfirmed); };
    const Scrape scrape(f, "a");
    CHECK(scrape.has_batch());
    CHECK(transfer->asked == 1);
    CHECK(scrape.waiting.pauses == 1);
  }
  SUBCASE("and gets none while it is under way") {
    transfer->state = delivery::Transfer::State::under_way;
    const Scrape scrape(f, "a");
    CHECK(scrape.why() == NoBatch::under_way);
  }
  SUBCASE("and does not ask where the client is gone") {
    Scrape scrape(f, "b");  // makes one whose state can be set before it begins
    scrape.result.reset();
    scrape.waiting.left = true;
    asio::co_spawn(*scrape.context, scrape.run(f.queue(), "a", f.clock.steady() + 5s), rethrow);
    scrape.go_on();
    CHECK(scrape.why() == NoBatch::peer_closed);
    CHECK(transfer->asked == 0);
  }
}

TEST_CASE("a scrape that waits gives up when its time is over, its client leaves, or the program stops") {
  Fixture f;
  f.store(1);
  const std::unique_ptr<Delivery> batch = f.take("a");
  Scrape scrape(f, "a");
  REQUIRE_FALSE(scrape.result.has_value());
  NoBatch expected = NoBatch::time_over;
  SUBCASE("time") { f.clock.advance(5s); }
  SUBCASE("client") {
    scrape.waiting.left = true;
    expected = NoBatch::peer_closed;
  }
  SUBCASE("stop") {
    scrape.waiting.stops = true;
    expected = NoBatch::stopping;
  }
  scrape.waiting.interrupt();
  scrape.go_on();
  CHECK(scrape.why() == expected);
}

TEST_CASE("too many scrapers and too many scrapes of one are told apart") {
  Fixture f;
  f.options.max_unnamed = 1;
  f.store(1);
  f.take("a").reset();
  f.clock.advance(1s);
  const std::unique_ptr<Delivery> batch = f.take("a");  // the second time: which earns its place
  CHECK(Scrape(f, "b").why() == NoBatch::too_many_scrapers);
  std::vector<std::unique_ptr<Scrape>> waiting;
  for (std::size_t i = 0; i < WaitQueue::longest; ++i) waiting.push_back(std::make_unique<Scrape>(f, "a"));
  CHECK(Scrape(f, "a").why() == NoBatch::wait_queue_full);
  waiting.pop_back();
  CHECK_FALSE(Scrape(f, "a").result.has_value());
}

TEST_CASE("a scrape that is destroyed wherever it waits leaves its place to the next one") {
  Fixture f;
  f.options.storage.capacity_bytes = 128 * page;
  f.store(9000);
  std::unique_ptr<Delivery> batch;
  std::unique_ptr<Scrape> destroyed;
  const auto transfer = std::make_shared<AskedTransfer>();
  SUBCASE("between the steps of a walk") {
    destroyed = std::make_unique<Scrape>(f, "b");  // makes the scraper known
    destroyed->result.reset();
    f.store(9000);
    asio::co_spawn(*destroyed->context, destroyed->run(f.queue(), "a", f.clock.steady() + 5s), rethrow);
    destroyed->step();
    destroyed->step();
    REQUIRE(destroyed->waiting.yields > 0);
  }
  SUBCASE("first, for a batch that is being made") {
    batch = f.take("a");
    destroyed = std::make_unique<Scrape>(f, "a");
  }
  SUBCASE("while it asks about the batch before") {
    batch = f.take("a");
    batch->in_transfer(transfer);
    destroyed = std::make_unique<Scrape>(f, "b");
    destroyed->result.reset();
    transfer->waits = &destroyed->waiting;
    asio::co_spawn(*destroyed->context, destroyed->run(f.queue(), "a", f.clock.steady() + 5s), rethrow);
    destroyed->go_on();
    REQUIRE(transfer->asked == 1);
    transfer->waits = nullptr;
  }
  REQUIRE_FALSE(destroyed->result.has_value());
  Scrape next(f, "a");
  CHECK_FALSE(next.result.has_value());
  CHECK(next.waiting.waits == 1);
  destroyed.reset();
  if (batch != nullptr) batch->settle(delivery::Outcome::truncated);
  next.go_on();
  CHECK(next.has_batch());
}

TEST_CASE("a queue may end before a scrape that waits in it") {
  Fixture f;
  f.store(1);
  const std::unique_ptr<Delivery> batch = f.take("a");
  const Scrape scrape(f, "a");
  f.embedded.reset();
  CHECK_FALSE(scrape.result.has_value());
}

}  // namespace
}  // namespace oneshot::queue::test
