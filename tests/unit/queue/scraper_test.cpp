// SPDX-License-Identifier: MIT
#include "queue/local/scraper.hpp"

#include <doctest/doctest.h>

namespace oneshot::queue {
namespace {

constexpr event_log::Offset mark(std::uint64_t events) { return {events * 40, events}; }
Scraper at(std::uint64_t events) { return {false, mark(events), SteadyTime{}}; }

TEST_CASE("a cursor moves only when a batch was delivered") {
  Scraper scraper = at(2);
  scraper.take(mark(5));
  CHECK(scraper.cursor() == mark(2));
  CHECK(scraper.in_flight() == 3);
  CHECK(scraper.waiting(mark(7)) == 2);
  scraper.settle(delivery::Outcome::truncated, 0);
  CHECK(scraper.cursor() == mark(2));
  CHECK(scraper.in_flight() == 0);
  CHECK(scraper.waiting(mark(7)) == 5);
  scraper.take(mark(7));
  scraper.settle(delivery::Outcome::delivered, 0);
  CHECK(scraper.cursor() == mark(7));
  CHECK(scraper.delivered == 5);
}

TEST_CASE("only what was sent before counts as redelivered") {
  Scraper scraper = at(0);
  scraper.take(mark(3));
  scraper.settle(delivery::Outcome::unconfirmed, 0);
  CHECK(scraper.redelivered == 0);
  scraper.take(mark(5));
  CHECK(scraper.redelivered == 3);
  scraper.settle(delivery::Outcome::truncated, 0);
  scraper.take(mark(4));
  CHECK(scraper.redelivered == 7);
  scraper.settle(delivery::Outcome::delivered, 0);
  scraper.take(mark(9));
  CHECK(scraper.redelivered == 8);  // the fifth event was in the second batch
}

TEST_CASE("a batch that was put back was not sent") {
  Scraper scraper = at(0);
  scraper.take(mark(3));
  scraper.put_back();
  scraper.take(mark(3));
  CHECK(scraper.redelivered == 0);
  scraper.settle(delivery::Outcome::truncated, 0);

  scraper.take(mark(3));
  CHECK(scraper.redelivered == 3);
  scraper.put_back();
  scraper.take(mark(4));
  CHECK(scraper.redelivered == 3);  // the same three, once
}

TEST_CASE("what is overrun while it waits is lost at once") {
  Scraper scraper = at(0);
  scraper.evict_before(mark(4));
  CHECK(scraper.dropped_full == 4);
  scraper.evict_before(mark(3));
  CHECK(scraper.cursor() == mark(4));
  CHECK(scraper.dropped_full == 4);
}

TEST_CASE("what is overrun while it is under way is lost only if it does not arrive") {
  SUBCASE("in part, and it arrives") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(3));
    CHECK(scraper.dropped_full == 0);
    scraper.settle(delivery::Outcome::delivered, 0);
    CHECK(scraper.cursor() == mark(5));
    CHECK(scraper.delivered == 5);
    CHECK(scraper.dropped_full == 0);
  }
  SUBCASE("in part, and it does not arrive") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(3));
    scraper.settle(delivery::Outcome::unconfirmed, 0);
    CHECK(scraper.cursor() == mark(3));
    CHECK(scraper.delivered == 0);
    CHECK(scraper.dropped_full == 3);
  }
  SUBCASE("wholly, and it arrives") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(3));
    scraper.evict_before(mark(8));
    CHECK(scraper.dropped_full == 3);
    scraper.settle(delivery::Outcome::delivered, 0);
    CHECK(scraper.cursor() == mark(8));
    CHECK(scraper.delivered == 5);
    CHECK(scraper.dropped_full == 3);
  }
  SUBCASE("wholly, and it does not arrive") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(8));
    scraper.settle(delivery::Outcome::truncated, 0);
    CHECK(scraper.cursor() == mark(8));
    CHECK(scraper.dropped_full == 8);
    CHECK(scraper.loss_to_log == 8);
  }
}

TEST_CASE("a batch is given up after the third time in a row that nobody read it") {
  using enum delivery::Outcome;
  Scraper scraper = at(0);
  const auto outcome = [&](delivery::Outcome told) {
    scraper.take(mark(4));
    return scraper.settle(told, 3) == 4;
  };
  CHECK_FALSE(outcome(unconfirmed));
  CHECK_FALSE(outcome(unconfirmed));
  CHECK_FALSE(outcome(truncated));  // the row ends
  CHECK_FALSE(outcome(unconfirmed));
  CHECK_FALSE(outcome(unconfirmed));
  CHECK(outcome(unconfirmed));
  CHECK(scraper.cursor() == mark(4));
  CHECK(scraper.delivered == 4);
  CHECK(scraper.given_up == 4);
}

TEST_CASE("only events that were in all of those batches are given up, and what came later stays") {
  Scraper scraper = at(0);
  for (const std::uint64_t end : {2U, 5U}) {
    scraper.take(mark(end));
    CHECK(scraper.settle(delivery::Outcome::unconfirmed, 3) == 0);
  }
  scraper.take(mark(9));
  CHECK(scraper.settle(delivery::Outcome::unconfirmed, 3) == 2);
  CHECK(scraper.cursor() == mark(2));
  CHECK(scraper.delivered == 2);
  CHECK(scraper.given_up == 2);
  scraper.take(mark(9));
  CHECK(scraper.redelivered == 2 + 5 + 7);
  CHECK(scraper.settle(delivery::Outcome::delivered, 3) == 0);
  CHECK(scraper.delivered == 9);
  CHECK(scraper.given_up == 2);
}

TEST_CASE("what was overrun meanwhile and is not given up is lost") {
  Scraper scraper = at(0);
  for (int i = 0; i < 2; ++i) {
    scraper.take(mark(2));
    scraper.settle(delivery::Outcome::unconfirmed, 3);
  }
  scraper.take(mark(6));
  scraper.evict_before(mark(4));
  CHECK(scraper.settle(delivery::Outcome::unconfirmed, 3) == 2);
  CHECK(scraper.cursor() == mark(4));
  CHECK(scraper.delivered == 2);
  CHECK(scraper.dropped_full == 2);
}

TEST_CASE("the row of unconfirmed batches ends where the cursor has moved") {
  Scraper scraper = at(0);
  for (int i = 0; i < 2; ++i) {
    scraper.take(mark(4));
    scraper.settle(delivery::Outcome::unconfirmed, 3);
  }
  scraper.evict_before(mark(1));
  scraper.take(mark(4));
  CHECK(scraper.settle(delivery::Outcome::unconfirmed, 3) == 0);
  CHECK(scraper.delivered == 0);
}

}  // namespace
}  // namespace oneshot::queue
