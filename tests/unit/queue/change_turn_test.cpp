// SPDX-License-Identifier: MIT
// What an operator does to a scraper: replay, skip, forget. And a new scraper that begins back in the history.
#include "queue/local/change_turn.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/format.hpp"
#include "support/captured_log.hpp"
#include "unit/queue/history_fixture.hpp"

namespace oneshot::queue::test {
namespace {

/// The conservation law: nothing that a scraper had a right to disappears uncounted.
void check_sum(HistoryFixture& f, std::string_view scraper, std::uint64_t events) {
  const ScraperStatistics n = f.numbers(scraper);
  CHECK(n.delivered + n.dropped_full + n.dropped_skipped + n.dropped_refused + n.in_flight + n.waiting ==
        events + n.replayed);
}

/// Each wait takes a second.
class Impatient final : public delivery::Waiting {
 public:
  explicit Impatient(oneshot::test::ManualClock& clock) : clock_(clock) {}
  asio::awaitable<void> yield() override { co_return; }
  asio::awaitable<void> pause(std::chrono::milliseconds) override {
    clock_.advance(1s);
    co_return;
  }
  asio::awaitable<void> wait(delivery::OneShotEvent&) override { co_return; }
  asio::awaitable<void> wait_until(delivery::OneShotEvent&, SteadyTime) override {
    clock_.advance(1s);
    co_return;
  }
  [[nodiscard]] bool peer_closed() noexcept override { return false; }
  [[nodiscard]] bool stopping() const noexcept override { return false; }

 private:
  oneshot::test::ManualClock& clock_;
};

TEST_CASE("a replay sends again what was accepted since then") {
  HistoryFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(10);
  f.scrape("a");
  f.scrape("b");
  f.clock.advance(60s);
  const std::int64_t since = f.clock.unix_ms();
  f.store(5);
  f.scrape("a");
  f.scrape("b");
  f.pass(1s);
  const Changed changed = f.replay("a", since);
  CHECK(changed.what == Changed::What::done);
  CHECK(changed.events == 5);
  CHECK(changed.from_unix_ms == since);
  CHECK(f.numbers("a").waiting == 5);
  CHECK(f.numbers("a").replayed == 5);
  f.store(1);
  CHECK(f.scrape("a") == numbered(10, 16));
  CHECK(f.scrape("b") == numbered(15, 16));
  check_sum(f, "a", 16);
  check_sum(f, "b", 16);
}

TEST_CASE("a replay goes back as far as the log does, and from a time to come nowhere") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.options.history = 60s;
  f.register_at_end("a");
  f.store(5);
  f.scrape("a");
  f.pass(50s);
  f.store(5);
  f.scrape("a");
  f.pass(20s);
  CHECK(f.replay("a", f.clock.unix_ms() + 1000).events == 0);
  CHECK(f.replay("a", 0).events == 5);
  CHECK(f.replay("a", 0).events == 0);  // these wait already
  CHECK(f.scrape("a") == numbered(5, 10));
  check_sum(f, "a", 10);
}

TEST_CASE("what is replayed is needed: it stays although the history is over") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.options.history = 60s;
  f.register_at_end("a");
  f.store(5);
  f.scrape("a");
  f.pass(50s);
  CHECK(f.replay("a", 0).events == 5);
  f.pass(100s);
  CHECK(f.scrape("a") == numbered(0, 5));
}

TEST_CASE("a replay holds over a restart, whatever end that had") {
  HistoryFixture f;
  f.use_file();
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(10);
  f.scrape("a");
  f.pass(1s);
  CHECK(f.replay("a", 0).events == 10);
  SUBCASE("in good order") { f.end(); }
  SUBCASE("killed") { f.kill(); }
  CHECK(f.scrape("a") == numbered(0, 10));
}

TEST_CASE("after a replay what was set aside, or sent again, goes out once") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(4);
  std::unique_ptr<Delivery> delivery = f.take("a");
  delivery->handed_over();
  const std::unique_ptr<Kept> kept = delivery->settle_and_keep();
  REQUIRE(kept->send_again());
  CHECK(f.numbers("a").waiting == 4);
  CHECK(f.replay("a", 0).events == 4);
  CHECK(f.numbers("a").waiting == 4);
  REQUIRE(kept->send_again());  // they wait already
  CHECK(f.numbers("a").waiting == 4);
  CHECK(f.scrape("a") == numbered(0, 4));
  CHECK(f.scrape("a").empty());
}

TEST_CASE("killed between the stores of a replay: what was to be sent again goes out once") {
  HistoryFixture f;
  f.use_file();
  f.register_at_end("a");
  f.store(4);
  std::unique_ptr<Delivery> delivery = f.take("a");
  delivery->handed_over();
  std::unique_ptr<Kept> kept = delivery->settle_and_keep();
  REQUIRE(kept->send_again());
  const std::uint64_t begin = storage::format::slots_offset + offsetof(storage::ScraperSlot, aside_begin);
  const std::uint64_t end = storage::format::slots_offset + offsetof(storage::ScraperSlot, aside_end);
  const auto aside = std::pair(f.read<std::uint64_t>(begin), f.read<std::uint64_t>(end));
  CHECK(f.replay("a", 0).events == 4);
  delivery.reset();
  kept.reset();
  f.kill();
  f.write(begin, aside.first);
  f.write(end, aside.second);
  CHECK(f.scrape("a") == numbered(0, 4));
  CHECK(f.scrape("a").empty());
}

TEST_CASE("a change waits for a batch in flight, as a newer scrape does") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(3);
  std::unique_ptr<Delivery> delivery = f.take("a");
  const auto transfer = std::make_shared<NamedTransfer>();
  delivery->in_transfer(transfer);
  Impatient impatient(f.clock);
  const Changed busy = result_of(f.queue().replay("a", 0, impatient));
  CHECK(busy.what == Changed::What::busy);
  CHECK(f.numbers("a").in_flight == 3);
  delivery->handed_over();
  delivery->settle(delivery::Outcome::delivered);
  CHECK(f.replay("a", 0).events == 3);
}

TEST_CASE("a skip drops all that waits, and counts it") {
  HistoryFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.store(7);
  const EventId id = f.queue().append(0, event_of("x")).id;
  const Changed changed = f.skip("a");
  CHECK(changed.what == Changed::What::done);
  CHECK(changed.events == 8);
  CHECK(f.numbers("a").waiting == 0);
  CHECK(f.numbers("a").dropped_skipped == 8);
  CHECK(f.scrape("a").empty());
  CHECK(f.scrape("b").size() == 8);
  CHECK(f.skip("a").events == 0);
  check_sum(f, "a", 8);
  const std::optional<FoundEvent> found = f.queue().find(id);
  REQUIRE(found);
  CHECK(found->scrapers[0].state == EventState::dropped);
  CHECK(found->scrapers[0].reason == "skipped");
  f.store(1);
  CHECK(f.scrape("a") == numbered(7, 8));
}

TEST_CASE("a skip drops what was set aside too, and holds over a kill") {
  HistoryFixture f;
  f.use_file();
  f.register_at_end("a");
  f.store(5);
  f.scrape("a", delivery::Outcome::truncated);
  CHECK(f.skip("a").events == 5);
  f.kill();
  CHECK(f.scrape("a").empty());
}

TEST_CASE("a scraper that is forgotten is gone at once, with what waited for it") {
  HistoryFixture f;
  f.options.names = {"named"};
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.clock.advance(2s);
  f.register_at_end("a");
  f.store(3);
  const Changed changed = f.forget("a");
  CHECK(changed.what == Changed::What::done);
  CHECK(changed.events == 3);
  CHECK_FALSE(f.known("a"));
  CHECK(f.forgotten("a") == 3);
  CHECK(f.forget("named").what == Changed::What::named);
  CHECK(f.forget("a").what == Changed::What::unknown);
  CHECK(f.replay("a", 0).what == Changed::What::unknown);
  CHECK(f.skip("a").what == Changed::What::unknown);
}

/// A whole scrape that comes with since=.
Texts scrape_since(HistoryFixture& f, std::string_view name, std::int64_t unix_ms) {
  return f.scrape(name, delivery::Outcome::delivered, Coming(0, unix_ms));
}

TEST_CASE("a new scraper may begin back in the history, and one that is known does not") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  f.store(3);
  f.scrape("a");
  f.clock.advance(60s);
  const std::int64_t since = f.clock.unix_ms();
  f.store(2);
  f.scrape("a");
  f.pass(1s);
  CHECK(scrape_since(f, "new", since) == numbered(3, 5));
  CHECK(scrape_since(f, "older", 0) == numbered(0, 5));
  CHECK(scrape_since(f, "a", 0).empty());
  CHECK(scrape_since(f, "new", 0).empty());
  CHECK(f.scrape("without").empty());
}

TEST_CASE("one that was forgotten since it stayed away gets nothing twice when it comes with since") {
  HistoryFixture f;
  f.options.startup_hold = 0s;
  f.options.forget_after = 10s;
  f.register_at_end("a");
  f.store(3);
  CHECK(f.scrape("a") == numbered(0, 3));
  f.store(2);
  f.pass(11s);
  REQUIRE(f.queue().statistics().scrapers.empty());
  CHECK(scrape_since(f, "a", 0) == numbered(3, 5));
  SUBCASE("unless an operator had it forgotten, who may have lost all") {
    REQUIRE(f.forget("a").what == Changed::What::done);
    CHECK(scrape_since(f, "a", 0) == numbered(0, 5));
  }
  SUBCASE("it counts once: without since it begins at the end, as any other") {
    f.store(1);
    f.pass(11s);
    CHECK(f.scrape("a").empty());
  }
}

TEST_CASE("a restart keeps which events came before a scraper") {
  HistoryFixture f;
  f.use_file();
  f.options.startup_hold = 0s;
  f.register_at_end("a");
  const EventId id = f.queue().append(0, event_of("x")).id;
  f.register_at_end("late");
  f.scrape("a");
  f.end();
  const std::optional<FoundEvent> found = f.queue().find(id);
  REQUIRE(found);
  REQUIRE(found->scrapers.size() == 2);
  CHECK(found->scrapers[0].state == EventState::delivered);
  CHECK(found->scrapers[0].unix_ms == 0);
  CHECK(found->scrapers[1].state == EventState::before_it_came);
}

TEST_CASE("batches are counted by how they ended, and the last one says why") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(3);
  const auto count = [&](BatchEnd end) { return f.numbers("a").batches[static_cast<std::size_t>(end)]; };
  CHECK_FALSE(f.numbers("a").last_batch);
  std::unique_ptr<Delivery> delivery = f.take("a");
  delivery->note_cause({.what = delivery::Cause::What::broken, .acknowledged = 8192, .size = 120'331});
  delivery->settle(delivery::Outcome::truncated);
  CHECK(count(BatchEnd::truncated) == 1);
  REQUIRE(f.numbers("a").last_batch);
  CHECK(f.numbers("a").last_batch->events == 3);
  CHECK(f.numbers("a").last_batch->end == BatchEnd::truncated);
  CHECK(f.numbers("a").last_batch->reason == "reset after 8192 of 120331 bytes");
  CHECK(f.numbers("a").last_batch->unix_ms == f.clock.unix_ms());

  delivery = f.take("a");
  delivery->note_cause({.what = delivery::Cause::What::superseded, .acknowledged = 1, .size = 10});
  delivery->settle(delivery::Outcome::truncated);
  CHECK(count(BatchEnd::superseded) == 1);
  f.take("a").reset();
  CHECK(count(BatchEnd::withdrawn) == 1);
  std::uint64_t delivered = 0;
  while (!f.scrape("a").empty()) ++delivered;
  CHECK(count(BatchEnd::delivered) == delivered);
  CHECK(f.numbers("a").last_batch->end == BatchEnd::delivered);
  CHECK(f.numbers("a").last_batch->reason.empty());
  f.scrape("a");
  CHECK(count(BatchEnd::delivered) == delivered);  // without events there is nothing to be delivered
}

TEST_CASE("a batch that is held back leaves no trace, and its events come with the next one") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(1);
  const oneshot::test::CapturedLog log;
  std::unique_ptr<Delivery> delivery = f.take("a");
  REQUIRE(delivery->count() == 1);
  delivery->hold_back();
  delivery.reset();
  CHECK(f.numbers("a").batches == BatchCounts{});
  CHECK_FALSE(f.numbers("a").last_batch);
  CHECK(log.count("batch not delivered") == 0);
  CHECK(f.scrape("a").size() == 1);
}

TEST_CASE("a batch that was not delivered has a line with the reason, a few a minute") {
  HistoryFixture f;
  f.register_at_end("a");
  f.store(1);
  const oneshot::test::CapturedLog log;
  for (int i = 0; i < 12; ++i) f.take("a").reset();
  CHECK(log.count("batch not delivered") == 8);
  CHECK(log.count("outcome=withdrawn") == 8);
  f.pass(61s);
  CHECK(log.count("more batches not delivered") == 1);
}

}  // namespace
}  // namespace oneshot::queue::test
