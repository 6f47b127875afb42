// SPDX-License-Identifier: MIT
#include "queue/local/scraper/newcomers.hpp"

#include <doctest/doctest.h>

#include "support/captured_log.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;

struct Places8 : Fixture {
  Places8() { options.max_unnamed = 8; }

  /// A scrape of this scraper from there, delivered; why not, where there is no place.
  std::optional<NoBatch> come(const std::string& scraper, std::uint64_t origin) {
    auto waiter = queue().enter(scraper, origin);
    if (!waiter) return waiter.error();
    const std::unique_ptr<Delivery> delivery = taken(**waiter);
    if (delivery->count() > 0) delivery->settle(delivery::Outcome::delivered);
    return std::nullopt;
  }
  /// Comes twice.
  void earn(const std::string& scraper, std::uint64_t origin) {
    CHECK(come(scraper, origin) == std::nullopt);
    clock.advance(1s);
    CHECK(come(scraper, origin) == std::nullopt);
  }
  bool known(const std::string& scraper) {
    const auto all = queue().statistics().scrapers;
    return std::ranges::find(all, scraper, &ScraperStatistics::name) != all.end();
  }
};

TEST_CASE("newcomers displace each other, and a scraper that has earned its place stays") {
  Places8 f;
  f.earn("second-scrape", 1);
  f.store(1);
  f.come("receipt", 1);  // new: nothing waits for it
  f.store(1);
  f.come("receipt", 1);
  for (int i = 0; i < 1000; ++i) {
    f.clock.advance(1ms);
    CHECK(f.come("bot" + std::to_string(i), 2) == std::nullopt);
  }
  CHECK(f.known("second-scrape"));
  CHECK(f.known("receipt"));
  CHECK(f.known("bot999"));
  CHECK_FALSE(f.known("bot0"));
  CHECK(f.queue().statistics().scrapers.size() <= 8);
  CHECK(f.queue().statistics().displaced >= 990);
  CHECK(f.queue().statistics().dropped_forgotten.empty());
}

TEST_CASE("a newcomer from elsewhere takes the place of one of those who came in masses") {
  Places8 f;
  for (int i = 0; i < 20; ++i) f.come("bot" + std::to_string(i), 1);
  CHECK(f.come("prom", 2) == std::nullopt);
  for (int i = 20; i < 40; ++i) f.come("bot" + std::to_string(i), 1);
  CHECK(f.known("prom"));
  f.clock.advance(1s);
  CHECK(f.come("prom", 2) == std::nullopt);
  CHECK(f.numbers("prom").last_scrape_unix_ms > 0);
}

TEST_CASE("whoever is displaced between any two scrapes earns a place as well, those who come in masses do not") {
  Places8 f;
  int bots = 0;
  int scrapes = 0;
  const auto masses = [&](int names) {  // others after each scrape: one may have its place of the memory
    for (int i = 0; i < 200; ++i, f.clock.advance(1ms))
      f.come("bot" + std::to_string(scrapes) + '-' + std::to_string(bots++ % names), 1);
  };
  int names = 200;
  SUBCASE("under names that come again soon") {}
  SUBCASE("under new names") { names = 1'000'000; }
  masses(names);
  do {  // of 600 names one takes its place of the memory in one of a hundred cases
    CHECK(f.come("prom", 1) == std::nullopt);
    for (int i = 0; i < 3; ++i) masses(names);
  } while (++scrapes < 10 && !f.known("prom"));
  CHECK(scrapes >= 3);
  for (int i = 0; i < 30; ++i) masses(names);
  CHECK(f.known("prom"));
  CHECK(f.come("other", 1) == std::nullopt);  // no bot has earned a place
}

TEST_CASE("a displaced scraper that comes again after it would have been forgotten is a stranger") {
  Places8 f;
  f.options.max_unnamed = 1;
  f.options.forget_after = 10s;
  for (const auto& row : {std::pair(499ms, false), std::pair(500ms, true), std::pair(10'001ms, false)}) {
    const auto away = row.first;  // not bound together: clang 14 has no captures of these
    const bool known = row.second;
    CAPTURE(away.count());
    const std::string name = "prom" + std::to_string(away.count());
    for (int i = 0; i < 2; ++i) {
      f.come(name, 1);
      f.come("other", 2);
      CHECK_FALSE(f.known(name));
      f.clock.advance(away);
    }
    CHECK(f.come(name, 1) == std::nullopt);
    CHECK((f.come("new", 3) == NoBatch::too_many_scrapers) == known);
    f.pass(11s);
  }
}

TEST_CASE("an address that has earned all but a quarter of the places leaves the rest to others") {
  Places8 f;
  for (int i = 0; i < 6; ++i) f.earn("mine" + std::to_string(i), 1);
  CHECK(f.come("mine6", 1) == NoBatch::too_many_of_origin);
  CHECK(f.come("mine0", 1) == std::nullopt);
  f.earn("prom", 2);
  f.earn("other", 3);
  CHECK(f.come("late", 4) == NoBatch::too_many_scrapers);
  CHECK(f.come("mine6", 1) == NoBatch::too_many_scrapers);
  CHECK(f.queue().statistics().displaced == 0);
}

TEST_CASE("of named ones there may be any number") {
  Places8 f;
  for (int i = 0; i < 20; ++i) f.options.names.push_back("named" + std::to_string(i));
  for (int i = 0; i < 20; ++i) CHECK(f.come("named" + std::to_string(i), 1) == std::nullopt);
  CHECK(f.come("other", 1) == std::nullopt);
}

TEST_CASE("a scraper with a batch on its way gives its place at once and is forgotten when that has its outcome") {
  Places8 f;
  f.options.max_unnamed = 1;
  f.come("slow", 1);
  f.store(3);
  std::unique_ptr<Delivery> batch = f.take("slow");
  CHECK(f.come("next", 2) == std::nullopt);
  CHECK_FALSE(f.known("slow"));
  CHECK(f.known("next"));
  CHECK(texts(batch->batch()) == numbered(0, 3));
  SUBCASE("it is gone") {
    batch->settle(delivery::Outcome::truncated);
    batch.reset();
    f.queue().tick();
    CHECK(f.queue().peek("slow") == nullptr);
  }
  SUBCASE("it comes again before, as a newcomer, and has what it had") {
    batch->settle(delivery::Outcome::truncated);
    batch.reset();
    CHECK(f.come("slow", 1) == std::nullopt);
    CHECK(f.known("slow"));
    CHECK_FALSE(f.known("next"));
    CHECK(f.numbers("slow").delivered == 3);
  }
  CHECK(f.queue().statistics().dropped_forgotten.empty());
}

TEST_CASE("lines about newcomers are few, and the rest is a number") {
  Places8 f;
  f.queue();
  const CapturedLog log;
  for (int i = 0; i < 500; ++i) f.come("bot" + std::to_string(i), 1);
  CHECK(log.count("new scraper\"") == 8);
  f.pass(61s);
  CHECK(log.count("more new scrapers") == 1);
  CHECK(log.count("scrapers=492") == 1);
}

TEST_CASE("a stranger that is forgotten is nobody's loss, one that had earned its place is") {
  Places8 f;
  f.options.forget_after = 100s;
  f.earn("known", 1);
  f.come("stranger", 1);
  f.store(5);
  const CapturedLog log;
  f.pass(102s);
  CHECK(f.forgotten("known") == 5);
  CHECK(f.forgotten("stranger") == 0);
  CHECK(log.count("level=warn") == 1);
}

}  // namespace
}  // namespace oneshot::queue::test
