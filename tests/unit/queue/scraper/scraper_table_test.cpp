// SPDX-License-Identifier: MIT
// What keeps events in the log, and who loses what. The table knows offsets alone: each record here has 40 bytes.
#include "queue/local/scraper/scraper_table.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace oneshot::queue {
namespace {

constexpr SteadyTime start{1h};

event_log::Offset at(std::uint64_t events) { return {.bytes = events * 40, .events = events}; }

Scraper::Settling settling() { return {.allowed = {.events = 100, .bytes = 100'000}, .now = start}; }

struct Table {
  Losses losses;
  ScraperTable table{losses, start};

  /// The log has so many events now.
  void store(std::uint64_t events) { table.advance_counted_end(at(events)); }
  Scraper& add(std::string_view name, bool named = false) { return table.add(name, named, start); }
  void end_hold() {
    table.hold().somebody_came();
    table.hold().end_if_due(start, 0s);
  }
  /// This scraper has got everything up to there.
  static void deliver(Scraper& scraper, std::uint64_t up_to) {
    scraper.take(at(up_to));
    CHECK(scraper.settle(delivery::Outcome::delivered, settling()) == Fate::delivered);
  }
};

TEST_CASE("during the hold a new scraper gets everything, later what comes after it") {
  Table t;
  t.store(5);
  CHECK(t.add("a").cursor() == at(0));
  t.end_hold();
  CHECK(t.add("b").cursor() == at(5));
}

TEST_CASE("a new scraper with since= begins there, but goes on where it was if that is later") {
  Table t;
  t.end_hold();
  t.store(10);
  CHECK(t.table.add("a", false, start, at(4)).cursor() == at(4));
  Table::deliver(*t.table.find("a"), 7);
  t.store(20);
  CHECK(t.table.forget(start + 1h).size() == 1);
  CHECK(t.table.add("a", false, start, at(4)).cursor() == at(7));
}

TEST_CASE("a scraper that an operator forgets may begin anew") {
  Table t;
  t.end_hold();
  t.store(10);
  Table::deliver(t.table.add("a", false, start, at(4)), 7);
  CHECK(t.table.forget("a").lost == 3);
  CHECK(t.table.add("a", false, start, at(4)).cursor() == at(4));
}

TEST_CASE("unnamed scrapers that stay away are forgotten with what they lose, named ones never") {
  Table t;
  t.add("here").last_seen = start + 10s;
  t.add("away").has_come_again = true;
  t.add("named", true);
  t.store(6);
  const std::vector<ScraperTable::Gone> gone = t.table.forget(start + 5s);
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].name == "away");
  CHECK(gone[0].lost == 6);
  CHECK(gone[0].had_earned_its_place);
  CHECK(t.losses.forgotten().at("away") == 6);
  CHECK(t.table.find("here") != nullptr);
  CHECK(t.table.find("named") != nullptr);
  CHECK(t.table.unnamed() == 1);
}

TEST_CASE("a scraper with a batch in flight is not forgotten") {
  Table t;
  t.store(3);
  Scraper& scraper = t.add("a");
  scraper.take(at(3));
  CHECK(t.table.forget(start + 1h).empty());
  scraper.settle(delivery::Outcome::truncated, settling());
  CHECK(t.table.forget(start + 1h).size() == 1);
}

TEST_CASE("a displaced scraper goes at once, or when nothing is in flight to it, and is no loss") {
  Table t;
  t.store(3);
  t.add("idle");
  Scraper& busy = t.add("busy");
  busy.take(at(3));
  t.table.displace(t.table.all().find("idle"));
  t.table.displace(t.table.all().find("busy"));
  CHECK(t.table.displaced() == 2);
  CHECK(t.table.find("idle") == nullptr);
  REQUIRE(t.table.find("busy") != nullptr);
  CHECK(t.table.unnamed() == 0);
  busy.settle(delivery::Outcome::truncated, settling());
  CHECK(t.table.forget(start).empty());
  CHECK(t.table.find("busy") == nullptr);
  CHECK(t.losses.forgotten().empty());
}

TEST_CASE("an event is kept once, for however many scrapers it waits") {
  Table t;
  Scraper& a = t.add("a");
  Scraper& b = t.add("b");
  t.store(10);
  CHECK(t.table.kept() == 10);
  Table::deliver(a, 4);
  CHECK(t.table.kept() == 10);
  Table::deliver(b, 3);
  CHECK(t.table.kept() == 7);
}

TEST_CASE("without a scraper the hold keeps events, and none is kept once it is over") {
  Table t;
  t.store(10);
  CHECK(t.table.held() == 10);
  CHECK(t.table.kept() == 10);
  CHECK(t.table.lowest_needed() == at(0));
  t.end_hold();
  CHECK(t.table.held() == 0);
  CHECK(t.table.kept() == 0);
  CHECK(t.table.lowest_needed() == at(10));
}

TEST_CASE("what the hold lets go of while nobody scrapes is unclaimed") {
  Table t;
  t.store(10);
  t.table.yield_hold(at(4));
  CHECK(t.losses.unclaimed() == 4);
  t.add("a");
  t.table.yield_hold(at(6));
  CHECK(t.losses.unclaimed() == 4);
}

TEST_CASE("events that come while there is neither a scraper nor the hold are unclaimed") {
  Table t;
  t.end_hold();
  t.store(7);
  t.table.count_unclaimed();
  CHECK(t.losses.unclaimed() == 7);
  t.add("a");
  t.store(9);
  t.table.count_unclaimed();
  CHECK(t.losses.unclaimed() == 7);
}

TEST_CASE("the slowest scraper says what is needed") {
  Table t;
  Scraper& a = t.add("a");
  Scraper& b = t.add("b");
  t.end_hold();
  t.store(10);
  Table::deliver(a, 8);
  Table::deliver(b, 5);
  CHECK(t.table.lowest_needed() == at(5));
  CHECK(t.table.lowest_to_be_sent() == at(5));
}

TEST_CASE("the hold is no reason to refuse an event while there is a scraper") {
  Table t;
  Scraper& a = t.add("a");
  t.store(10);
  Table::deliver(a, 8);
  CHECK(t.table.lowest_needed() == at(0));
  CHECK(t.table.lowest_to_be_sent() == at(8));
}

TEST_CASE("the lowest of several leases keeps the log, until it is ended") {
  Table t;
  t.end_hold();
  t.store(10);
  CHECK(t.table.lowest_lease() == std::numeric_limits<std::uint64_t>::max());
  CHECK(t.table.needed_from() == at(10).bytes);
  const auto low = t.table.lease(at(2).bytes);
  const auto high = t.table.lease(at(6).bytes);
  CHECK(t.table.needed_from() == at(2).bytes);
  t.table.end_lease(low);
  CHECK(t.table.needed_from() == at(6).bytes);
  t.table.end_lease(high);
  CHECK(t.table.needed_from() == at(10).bytes);
}

TEST_CASE("the history keeps what is free, and nothing needs it") {
  Table t;
  t.end_hold();
  t.store(10);
  t.table.history().yield_to(at(3));
  CHECK(t.table.free_until() == at(3).bytes);
  CHECK(t.table.readable_from() == at(3));
  CHECK(t.table.needed_from() == at(10).bytes);
  t.table.history().end();
  CHECK(t.table.free_until() == at(10).bytes);
  CHECK(t.table.readable_from() == at(10));
}

TEST_CASE("events that are evicted are dropped for each scraper that has not got them") {
  Table t;
  Scraper& slow = t.add("slow");
  Scraper& quick = t.add("quick");
  t.store(10);
  Table::deliver(quick, 6);
  t.table.evict_before(at(7));
  CHECK(slow.dropped_full == 7);
  CHECK(quick.dropped_full == 1);
  CHECK(slow.cursor() == at(7));
  CHECK(t.table.kept() == 3);
}

}  // namespace
}  // namespace oneshot::queue
