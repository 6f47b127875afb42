// SPDX-License-Identifier: MIT
#include "queue/local/scraper/scraper.hpp"

#include <doctest/doctest.h>

namespace oneshot::queue {
namespace {

constexpr event_log::Offset mark(std::uint64_t events) { return {events * 40, events}; }
constexpr Scraper::Settling with_timestamps{.explicit_timestamps = true, .allowed = {1000, 1000}, .now = {}};
Scraper at(std::uint64_t events) { return {false, mark(events), SteadyTime{}}; }

TEST_CASE("a cursor moves only when a batch was delivered") {
  Scraper scraper = at(2);
  scraper.take(mark(5));
  CHECK(scraper.cursor() == mark(2));
  CHECK(scraper.in_flight() == 3);
  CHECK(scraper.waiting(mark(7)) == 2);
  scraper.settle(delivery::Outcome::truncated, {});
  CHECK(scraper.cursor() == mark(2));
  CHECK(scraper.in_flight() == 0);
  CHECK(scraper.waiting(mark(7)) == 5);
  scraper.take(mark(7));
  scraper.settle(delivery::Outcome::delivered, {});
  CHECK(scraper.cursor() == mark(7));
  CHECK(scraper.delivered == 5);
}

TEST_CASE("only what was sent before counts as redelivered") {
  Scraper scraper = at(0);
  scraper.take(mark(3));
  scraper.settle(delivery::Outcome::unconfirmed, {});
  CHECK(scraper.redelivered == 0);
  scraper.take(mark(5));
  CHECK(scraper.redelivered == 3);
  scraper.settle(delivery::Outcome::truncated, {});
  scraper.take(mark(4));
  CHECK(scraper.redelivered == 7);
  scraper.settle(delivery::Outcome::delivered, {});
  scraper.take(mark(9));
  CHECK(scraper.redelivered == 8);  // the fifth event was in the second batch
}

TEST_CASE("a batch that was put back was not sent") {
  Scraper scraper = at(0);
  scraper.take(mark(3));
  scraper.put_back();
  scraper.take(mark(3));
  CHECK(scraper.redelivered == 0);
  scraper.settle(delivery::Outcome::truncated, {});

  scraper.take(mark(3));
  CHECK(scraper.redelivered == 3);
  scraper.put_back();
  scraper.take(mark(4));
  CHECK(scraper.redelivered == 3);  // the same three, once
}

TEST_CASE("what yielded before a batch was taken is not missing in it") {
  Scraper scraper = at(0);
  scraper.take(mark(3));
  scraper.yield_kept(mark(5));  // by a log that refuses new events: it makes no room at the cursor
  scraper.settle(delivery::Outcome::delivered, {});
  scraper.send_again(Ranges({mark(0), mark(3)}));
  CHECK(scraper.waiting(mark(5)) == 5);
  scraper.take(From::again, Ranges({mark(0), mark(3)}), 1);
  CHECK(scraper.waiting(mark(5)) == 2);
  CHECK(scraper.in_flight() == 3);
}

TEST_CASE("a batch that was put back is counted once, whatever else goes out before it does") {
  Scraper scraper = at(0);
  scraper.take(mark(1));
  scraper.settle(delivery::Outcome::truncated, {});
  scraper.take(mark(1));
  CHECK(scraper.redelivered == 1);
  scraper.put_back();
  scraper.take(From::beyond, Ranges({mark(1), mark(2)}), 1);
  CHECK(scraper.redelivered == 1);  // a first time
  scraper.settle(delivery::Outcome::delivered, {});
  scraper.take(From::aside, Ranges({mark(0), mark(1)}), 2);
  CHECK(scraper.redelivered == 1);  // counted before it was put back
  scraper.settle(delivery::Outcome::truncated, {});
  scraper.take(From::aside, Ranges({mark(0), mark(1)}), 3);
  CHECK(scraper.redelivered == 2);
}

TEST_CASE("what stands behind a batch that was put back is counted as well") {
  Scraper scraper = at(0);
  scraper.take(mark(4));
  scraper.settle(delivery::Outcome::truncated, {});
  scraper.take(From::beyond, Ranges({mark(2), mark(3)}), 1);
  CHECK(scraper.redelivered == 1);
  scraper.put_back();
  scraper.take(mark(2));
  CHECK(scraper.redelivered == 3);
}

TEST_CASE("what is evicted while it waits is lost at once") {
  Scraper scraper = at(0);
  scraper.evict_before(mark(4));
  CHECK(scraper.dropped_full == 4);
  scraper.evict_before(mark(3));
  CHECK(scraper.cursor() == mark(4));
  CHECK(scraper.dropped_full == 4);
}

TEST_CASE("what is evicted while it is under way is lost only if it does not arrive") {
  SUBCASE("in part, and it arrives") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(3));
    CHECK(scraper.dropped_full == 0);
    scraper.settle(delivery::Outcome::delivered, {});
    CHECK(scraper.cursor() == mark(5));
    CHECK(scraper.delivered == 5);
    CHECK(scraper.dropped_full == 0);
  }
  SUBCASE("in part, and it does not arrive") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(3));
    scraper.settle(delivery::Outcome::unconfirmed, {});
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
    scraper.settle(delivery::Outcome::delivered, {});
    CHECK(scraper.cursor() == mark(8));
    CHECK(scraper.delivered == 5);
    CHECK(scraper.dropped_full == 3);
  }
  SUBCASE("wholly, and it does not arrive") {
    Scraper scraper = at(0);
    scraper.take(mark(5));
    scraper.evict_before(mark(8));
    scraper.settle(delivery::Outcome::truncated, {});
    CHECK(scraper.cursor() == mark(8));
    CHECK(scraper.dropped_full == 8);
    CHECK(scraper.loss_to_log == 8);
  }
}

TEST_CASE(
    "an event is given up after the third time in a row that nobody read it, alone and with explicit timestamps") {
  using enum delivery::Outcome;
  Scraper scraper = at(0);
  const auto outcome = [&](delivery::Outcome told, std::uint64_t end) {
    scraper.take(mark(end));
    return scraper.settle(told, with_timestamps);
  };
  for (int i = 0; i < 9; ++i) CHECK(outcome(unconfirmed, 2) == Fate::to_be_sent_again);  // not a batch of two
  CHECK(outcome(unconfirmed, 1) == Fate::to_be_sent_again);
  CHECK(outcome(unconfirmed, 1) == Fate::to_be_sent_again);
  CHECK(outcome(timed_out, 1) == Fate::to_be_sent_again);  // the row ends
  CHECK(outcome(unconfirmed, 1) == Fate::to_be_sent_again);
  CHECK(outcome(unconfirmed, 1) == Fate::to_be_sent_again);
  CHECK(outcome(unconfirmed, 1) == Fate::given_up);
  CHECK(scraper.cursor() == mark(1));
  CHECK(scraper.delivered == 1);
  CHECK(scraper.given_up == 1);
}

TEST_CASE("an event that the scraper's own API names is set aside at once") {
  Scraper scraper = at(0);
  scraper.take(mark(1));
  CHECK(scraper.settle(delivery::Outcome::refused, {}) == Fate::refused);
  CHECK(scraper.cursor() == mark(1));
  CHECK(scraper.dropped_refused == 1);
  CHECK(scraper.delivered == 0);
}

TEST_CASE("events that were passed over wait below the cursor, and are lost or delivered from there") {
  Scraper scraper = at(0);
  scraper.take(From::beyond, Ranges({mark(3), mark(4)}), 1);
  CHECK(scraper.waiting(mark(6)) == 5);
  CHECK(scraper.in_flight() == 1);
  SUBCASE("the one behind them arrives") {
    scraper.settle(delivery::Outcome::delivered, {});
    CHECK(scraper.cursor() == mark(4));
    CHECK(scraper.aside().all() == std::vector{Range{mark(0), mark(3)}});
    CHECK(scraper.lowest_needed() == mark(0));
    CHECK(scraper.waiting(mark(6)) == 5);
    scraper.evict_before(mark(1));
    CHECK(scraper.dropped_full == 1);
    scraper.take(From::aside, scraper.aside(), 2);
    scraper.evict_before(mark(2));
    CHECK(scraper.dropped_full == 1);
    SUBCASE("and they too") {
      scraper.settle(delivery::Outcome::delivered, {});
      CHECK(scraper.dropped_full == 1);
      CHECK(scraper.delivered == 3);
      CHECK(scraper.waiting(mark(6)) == 2);
    }
    SUBCASE("and they do not") {
      scraper.settle(delivery::Outcome::truncated, {});
      CHECK(scraper.dropped_full == 2);
      CHECK(scraper.delivered == 1);
      CHECK(scraper.waiting(mark(6)) == 3);
    }
  }
  SUBCASE("it does not") {
    scraper.settle(delivery::Outcome::truncated, {});
    CHECK(scraper.cursor() == mark(0));
    CHECK(scraper.waiting(mark(6)) == 6);
  }
  SUBCASE("it is put back") {
    scraper.put_back();
    CHECK(scraper.waiting(mark(6)) == 6);
  }
  SUBCASE("and all are evicted") {
    scraper.evict_before(mark(5));
    CHECK(scraper.dropped_full == 4);
    scraper.settle(delivery::Outcome::delivered, {});
    CHECK(scraper.delivered == 1);
    CHECK(scraper.cursor() == mark(5));
    CHECK(scraper.aside().empty());
  }
  SUBCASE("and all are evicted and it does not arrive") {
    scraper.evict_before(mark(5));
    scraper.settle(delivery::Outcome::truncated, {});
    CHECK(scraper.dropped_full == 5);
    CHECK(scraper.waiting(mark(6)) == 1);
  }
}

}  // namespace
}  // namespace oneshot::queue
