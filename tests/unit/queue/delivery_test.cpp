// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "queue_fixture.hpp"
#include "support/captured_log.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;

TEST_CASE("each scraper gets each event once") {
  Fixture f;
  f.store(3);
  CHECK(f.scrape("a") == numbered(0, 3));
  CHECK(f.scrape("b") == numbered(0, 3));
  f.store(2);
  CHECK(f.scrape("a") == numbered(3, 5));
  CHECK(f.scrape("a").empty());
  CHECK(f.scrape("b") == numbered(3, 5));
  CHECK(f.numbers("a").delivered == 5);
}

TEST_CASE("a batch that was not delivered is sent again with what came since") {
  Fixture f;
  f.store(3);
  CHECK(f.scrape("a", delivery::Outcome::truncated) == numbered(0, 3));
  f.store(1);
  CHECK(f.scrape("a", delivery::Outcome::unconfirmed) == numbered(0, 4));
  CHECK(f.scrape("a") == numbered(0, 4));
  CHECK(f.numbers("a").delivered == 4);
  CHECK(f.numbers("a").redelivered == 7);
}

TEST_CASE("a delivery that is destroyed was never sent") {
  Fixture f;
  f.store(2);
  { const Delivery delivery = f.take("a"); }
  CHECK(f.numbers("a").waiting == 2);
  CHECK(f.scrape("a") == numbered(0, 2));
  CHECK(f.numbers("a").redelivered == 0);
}

TEST_CASE("a batch holds at most max_events_per_scrape events and the next one goes on behind them") {
  Fixture f;
  f.options.max_events_per_scrape = 4;
  f.store(10);
  CHECK(f.scrape("a") == numbered(0, 4));
  CHECK(f.scrape("a", delivery::Outcome::truncated) == numbered(4, 8));
  CHECK(f.scrape("a") == numbered(4, 8));
  CHECK(f.scrape("a") == numbered(8, 10));
}

TEST_CASE("events that come while a batch is taken are for the next one") {
  Fixture f;
  f.options.storage.capacity_bytes = 128 * page;
  Ticket ticket = f.stand("a");
  f.store(9000);
  REQUIRE(std::holds_alternative<MoreToWalk>(f.queue().try_take(ticket)));
  f.store(100);
  REQUIRE(std::holds_alternative<MoreToWalk>(f.queue().try_take(ticket)));
  Turn turn = f.queue().try_take(ticket);
  REQUIRE(std::holds_alternative<Delivery>(turn));
  CHECK(std::get<Delivery>(turn).count() == 9000);
}

TEST_CASE("a long way to the limit of a batch is walked in steps too") {
  Fixture f;
  f.options.storage.capacity_bytes = 128 * page;
  f.options.max_events_per_scrape = 5000;
  f.store(9000);
  REQUIRE(f.queue().statistics().used_bytes > 0);  // has counted all of them
  Ticket ticket = f.stand("a");
  REQUIRE(std::holds_alternative<MoreToWalk>(f.queue().try_take(ticket)));
  Turn turn = f.queue().try_take(ticket);
  REQUIRE(std::holds_alternative<Delivery>(turn));
  CHECK(texts(std::get<Delivery>(turn).events()) == numbered(0, 5000));
}

TEST_CASE("an empty batch is not in flight") {
  Fixture f;
  Delivery first = f.take("a");
  CHECK(first.count() == 0);
  CHECK(texts(first.events()).empty());
  Delivery second = f.take("a");  // needs no receipt of the first
  f.store(1);
  const auto transfer = std::make_shared<NamedTransfer>();
  first.in_transfer(transfer);
  first.handed_over();
  first.settle(delivery::Outcome::truncated);
  CHECK(f.scrape("a") == numbered(0, 1));
  CHECK(f.numbers("a").redelivered == 0);
}

TEST_CASE("one batch at a time: the next one waits, and learns whom to ask") {
  Fixture f;
  f.store(2);
  Delivery first = f.take("a");
  f.store(1);
  Ticket next = f.stand("a");
  CHECK(std::holds_alternative<NotYet>(f.turn(next)));  // being rendered
  const auto transfer = std::make_shared<NamedTransfer>();
  first.in_transfer(transfer);
  for (int i = 0; i < 2; ++i) {
    Turn turn = f.turn(next);
    REQUIRE(std::holds_alternative<Ask>(turn));
    CHECK(std::get<Ask>(turn).transfer == transfer);
    first.handed_over();  // makes no difference to who has to be asked
  }
  first.settle(delivery::Outcome::delivered);
  CHECK(transfer.use_count() == 1);
  Turn turn = f.turn(next);
  REQUIRE(std::holds_alternative<Delivery>(turn));
  CHECK(texts(std::get<Delivery>(turn).events()) == numbered(2, 3));
}

TEST_CASE("the line is first come, first served, and who leaves it makes room") {
  Fixture f;
  f.store(1);
  std::optional<Ticket> first = f.stand("a");
  std::optional<Ticket> second = f.stand("a");
  Ticket third = f.stand("a");
  CHECK(std::holds_alternative<NotYet>(f.turn(third)));
  CHECK(std::holds_alternative<NotYet>(f.turn(*second)));
  second.reset();
  CHECK(std::holds_alternative<NotYet>(f.turn(third)));
  first.reset();
  CHECK(std::holds_alternative<Delivery>(f.turn(third)));
}

TEST_CASE("a ticket that has its batch is out of the line") {
  Fixture f;
  f.store(1);
  Ticket first = f.stand("a");
  Ticket second = f.stand("a");
  {
    Turn turn = f.turn(first);
    REQUIRE(std::holds_alternative<Delivery>(turn));
    std::get<Delivery>(turn).settle(delivery::Outcome::delivered);
  }
  CHECK(std::holds_alternative<Delivery>(f.turn(second)));
}

TEST_CASE("scrapers do not wait for each other") {
  Fixture f;
  f.store(1);
  const Delivery held = f.take("a");
  CHECK(f.scrape("b") == numbered(0, 1));
}

TEST_CASE("a peek takes nothing, knows only known scrapers, and shows what is in flight too") {
  Fixture f;
  f.options.max_events_per_scrape = 3;
  f.store(2);
  CHECK_FALSE(f.queue().peek("a").has_value());
  CHECK(f.queue().statistics().scrapers.empty());
  const Delivery held = f.take("a");
  f.store(5);
  const std::optional<Reading> peek = f.queue().peek("a");
  REQUIRE(peek.has_value());
  CHECK(peek->events() == 3);
  CHECK(texts(*peek) == numbered(0, 3));
  CHECK(f.numbers("a").in_flight == 2);
  CHECK(f.numbers("a").waiting == 5);
}

TEST_CASE("an event can be read again at its position") {
  Fixture f;
  f.store(3);
  const Delivery delivery = f.take("a");
  std::uint64_t offset = delivery.events().begin();
  event_log::StoredEvent event;
  while (delivery.events().next(offset, event)) {
    CHECK(delivery.events().at(event.offset).labels == event.labels);
    CHECK(event.offset % 8 == 0);
  }
  CHECK(offset == delivery.events().end());
  CHECK(event.labels == "n2");
}

TEST_CASE("tickets, deliveries and readings may outlive the queue") {
  Fixture f;
  f.store(2);
  Delivery delivery = f.take("a");
  const Ticket ticket = f.stand("a");
  const std::optional<Reading> peek = f.queue().peek("a");
  f.manager.reset();
  CHECK(texts(*peek) == numbered(0, 2));
  CHECK(texts(delivery.events()) == numbered(0, 2));
  delivery.settle(delivery::Outcome::delivered);
}

TEST_CASE("with timestamps an event whose time is ahead waits for the next scrape, and so do those behind it") {
  Fixture f;
  f.options.explicit_timestamps = true;
  for (const char* labels : {"a", "a", "b"}) REQUIRE(f.append(labels) == Stored::stored);
  CHECK(f.scrape("s") == Texts{"a"});
  CHECK(texts(*f.queue().peek("s")).empty());
  CHECK(f.scrape("s").empty());
  CHECK(f.numbers("s").waiting == 2);
  f.clock.advance(1ms);
  CHECK(texts(*f.queue().peek("s")) == Texts{"a", "b"});
  CHECK(f.scrape("s") == Texts{"a", "b"});
}

TEST_CASE("with timestamps a batch that nobody could read three times is given up and logged") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.store(4);
  const CapturedLog log;
  for (int i = 0; i < 2; ++i) CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 4));
  CHECK(log.count("level=warn") == 0);
  CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 4));
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("counted as delivered\" scraper=s events=4") == 1);
  CHECK(f.scrape("s").empty());
  CHECK(f.numbers("s").delivered == 4);
  CHECK(f.numbers("s").given_up == 4);
}

TEST_CASE("without timestamps a batch is sent until it is delivered") {
  Fixture f;
  f.store(4);
  for (int i = 0; i < 10; ++i) CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 4));
  CHECK(f.numbers("s").delivered == 0);
}

TEST_CASE("with timestamps a cut connection is no reason to give up") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.store(4);
  for (int i = 0; i < 10; ++i) CHECK(f.scrape("s", delivery::Outcome::truncated) == numbered(0, 4));
  CHECK(f.numbers("s").delivered == 0);
}

}  // namespace
}  // namespace oneshot::queue::test
