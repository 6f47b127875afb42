// SPDX-License-Identifier: MIT
#include "queue/local/scraper/losses.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "support/captured_log.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;

constexpr SteadyTime start{};

void log_now(Losses& losses, Losses::Scrapers& scrapers, SteadyTime now = start, bool at_once = false) {
  losses.take_unlogged(scrapers, now, at_once).write();
}

TEST_CASE("refused and lost events are logged as numbers, once") {
  Losses losses;
  Losses::Scrapers scrapers;
  const CapturedLog log;
  log_now(losses, scrapers);
  CHECK(log.text().empty());
  scrapers.try_emplace("a", false, event_log::Offset{}, start).first->second.loss_to_log = 3;
  scrapers.try_emplace("b", false, event_log::Offset{}, start).first->second.loss_to_log = 0;
  losses.count_refused();
  losses.count_refused();
  log_now(losses, scrapers);
  CHECK(log.count("level=warn") == 2);
  CHECK(log.count("scraper=a reason=full events=3") == 1);
  CHECK(log.count("events refused\" events=2") == 1);
  log_now(losses, scrapers);
  CHECK(log.count("level=warn") == 2);
}

TEST_CASE("who loses events second by second has a line a minute with the sum, each scraper for itself") {
  Losses losses;
  Losses::Scrapers scrapers;
  Scraper& a = scrapers.try_emplace("a", false, event_log::Offset{}, start).first->second;
  Scraper& b = scrapers.try_emplace("b", false, event_log::Offset{}, start).first->second;
  const CapturedLog log;
  for (int second = 0; second < 120; ++second) {
    a.loss_to_log += 2;
    if (second >= 30) ++b.again_lost_to_log;
    losses.count_refused();
    log_now(losses, scrapers, start + std::chrono::seconds(second));
  }
  CHECK(log.count("scraper=a reason=full") == 2);
  CHECK(log.count("scraper=a reason=full events=120") == 1);
  CHECK(log.count("scraper=b") == 2);
  CHECK(log.count("scraper=b events=60") == 1);
  CHECK(log.count("events refused\" events=60") == 1);
  log_now(losses, scrapers, start + 120s, true);
  CHECK(log.count("scraper=a reason=full events=118") == 1);
  CHECK(log.count("level=warn") == 9);
}

TEST_CASE("what a forgotten scraper has lost since its last line is logged at once") {
  Fixture f;
  f.options.storage.capacity_bytes = 16 * 4096;
  f.options.forget_after = 10s;
  f.register_at_end("a");
  const CapturedLog log;
  const auto lose = [&f] {
    for (int i = 0; i < 4000; ++i) static_cast<void>(f.append("n" + std::to_string(i)));
    f.queue().tick();
  };
  lose();
  CHECK(log.count("scraper=a reason=full") == 1);
  lose();
  CHECK(log.count("scraper=a reason=full") == 1);
  f.clock.advance(10s);
  f.queue().tick();
  CHECK_FALSE(f.known("a"));
  CHECK(log.count("scraper=a reason=full") == 2);
}

TEST_CASE("unclaimed events are logged once a minute, and at the end") {
  Losses losses;
  Losses::Scrapers none;
  const CapturedLog log;
  losses.count_unclaimed_until({.bytes = 80, .events = 2});
  log_now(losses, none);
  CHECK(log.count("reason=unclaimed events=2") == 1);
  losses.count_unclaimed_until({.bytes = 120, .events = 3});
  log_now(losses, none);
  CHECK(log.count("reason=unclaimed") == 1);
  log_now(losses, none, start, true);
  CHECK(log.count("reason=unclaimed events=1") == 1);
  log_now(losses, none, start + 60s);
  CHECK(log.count("reason=unclaimed") == 2);
}

TEST_CASE("an event is unclaimed once, and not if it had somebody's claim") {
  Losses losses;
  losses.claimed_until({.bytes = 80, .events = 2});
  losses.count_unclaimed_until({.bytes = 40, .events = 1});
  CHECK(losses.unclaimed() == 0);
  losses.count_unclaimed_until({.bytes = 200, .events = 5});
  CHECK(losses.unclaimed() == 3);
  losses.claimed_until({.bytes = 120, .events = 3});
  losses.count_unclaimed_until({.bytes = 200, .events = 5});
  CHECK(losses.unclaimed() == 3);
}

TEST_CASE("a forgotten scraper that has lost nothing takes no name") {
  Losses losses;
  losses.count_forgotten("a", 0);
  CHECK(losses.forgotten().empty());
  losses.count_forgotten("a", 2);
  losses.count_forgotten("a", 3);
  CHECK(losses.forgotten() == Losses::ByName{{"a", 5}});
}

TEST_CASE("beyond a hundred names the losses of the forgotten share one") {
  Fixture f;
  f.options.max_unnamed = 2000;
  for (int i = 0; i < 103; ++i) f.enter("s" + std::to_string(i));
  f.clock.advance(1s);
  for (int i = 0; i < 103; ++i) f.enter("s" + std::to_string(i));  // which earns their places
  f.store(2);
  f.clock.advance(1h);
  f.queue().tick();
  CHECK(f.queue().statistics().dropped_forgotten.size() == 101);
  CHECK(f.forgotten("(others)") == 6);
}

}  // namespace
}  // namespace oneshot::queue::test
