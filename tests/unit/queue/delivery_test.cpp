// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "support/captured_log.hpp"
#include "unit/queue/storage_fixture.hpp"

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
  CHECK(f.scrape("a") == numbered(0, 2));  // half as many, after two failures in a row
  CHECK(f.scrape("a") == numbered(2, 4));
  CHECK(f.numbers("a").delivered == 4);
  CHECK(f.numbers("a").redelivered == 7);
}

TEST_CASE("a delivery that is destroyed was never sent") {
  Fixture f;
  f.store(2);
  { const std::unique_ptr<Delivery> delivery = f.take("a"); }
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
  const std::unique_ptr<WaitingScrape> waiter = f.enter("a");
  f.store(9000);
  REQUIRE(std::holds_alternative<YieldFirst>(waiter->step()));
  f.store(100);
  REQUIRE(std::holds_alternative<YieldFirst>(waiter->step()));
  CHECK(f.taken(*waiter)->count() == 9000);
}

TEST_CASE("a long way to the limit of a batch is walked in steps too") {
  Fixture f;
  f.options.storage.capacity_bytes = 128 * page;
  f.options.max_events_per_scrape = 5000;
  f.store(9000);
  REQUIRE(f.queue().statistics().used_bytes > 0);  // has counted all of them
  const std::unique_ptr<WaitingScrape> waiter = f.enter("a");
  REQUIRE(std::holds_alternative<YieldFirst>(waiter->step()));
  CHECK(texts(f.taken(*waiter)->batch()) == numbered(0, 5000));
}

TEST_CASE("an empty batch is not in flight") {
  Fixture f;
  std::unique_ptr<Delivery> first = f.take("a");
  CHECK(first->count() == 0);
  CHECK(texts(first->batch()).empty());
  std::unique_ptr<Delivery> second = f.take("a");  // needs no receipt of the first
  f.store(1);
  const auto transfer = std::make_shared<NamedTransfer>();
  first->in_transfer(transfer);
  first->handed_over();
  first->settle(delivery::Outcome::truncated);
  CHECK(f.scrape("a") == numbered(0, 1));
  CHECK(f.numbers("a").redelivered == 0);
}

TEST_CASE("one batch at a time: the next one waits, and learns whom to ask") {
  Fixture f;
  f.store(2);
  std::unique_ptr<Delivery> first = f.take("a");
  f.store(1);
  const std::unique_ptr<WaitingScrape> next = f.enter("a");
  CHECK(f.waits(*next));  // being rendered
  const auto transfer = std::make_shared<NamedTransfer>();
  CHECK_FALSE(next->changed().notified());
  first->in_transfer(transfer);
  CHECK(next->changed().notified());
  for (int i = 0; i < 2; ++i) {
    StepResult result = f.step(*next);
    REQUIRE(std::holds_alternative<ResolveFirst>(result));
    CHECK(std::get<ResolveFirst>(result).transfer == transfer);
    first->handed_over();  // makes no difference to who has to be asked
  }
  first->settle(delivery::Outcome::delivered);
  CHECK(transfer.use_count() == 1);
  CHECK(texts(f.taken(*next)->batch()) == numbered(2, 3));
}

TEST_CASE("waiting is first come, first served, and a scrape that leaves makes room and wakes the one behind it") {
  Fixture f;
  f.store(1);
  std::unique_ptr<WaitingScrape> first = f.enter("a");
  std::unique_ptr<WaitingScrape> second = f.enter("a");
  const std::unique_ptr<WaitingScrape> third = f.enter("a");
  CHECK(f.waits(*third));
  CHECK(f.waits(*second));
  second.reset();
  CHECK_FALSE(third->changed().notified());
  CHECK(f.waits(*third));
  first.reset();
  CHECK(third->changed().notified());
  CHECK(f.taken(*third)->count() == 1);
}

TEST_CASE("a scrape that has its batch is out of the wait queue") {
  Fixture f;
  f.store(1);
  const std::unique_ptr<WaitingScrape> first = f.enter("a");
  const std::unique_ptr<WaitingScrape> second = f.enter("a");
  f.taken(*first)->settle(delivery::Outcome::delivered);
  CHECK(f.taken(*second)->count() == 0);
}

TEST_CASE("the first scrape that waits is woken when the batch before it is settled, or ends without being sent") {
  for (const bool sent : {true, false}) {
    Fixture f;
    f.store(1);
    std::unique_ptr<Delivery> batch = f.take("a");
    const std::unique_ptr<WaitingScrape> first = f.enter("a");
    const std::unique_ptr<WaitingScrape> second = f.enter("a");
    CHECK(f.waits(*first));
    CHECK(f.waits(*second));
    if (sent) batch->settle(delivery::Outcome::truncated);
    batch.reset();
    CHECK(first->changed().notified());
    CHECK_FALSE(second->changed().notified());  // it could get nowhere
    const std::unique_ptr<Delivery> again = f.taken(*first);
    CHECK(again->count() == 1);
    CHECK(second->changed().notified());  // first now
    CHECK(f.waits(*second));
  }
}

TEST_CASE("scrapers do not wait for each other") {
  Fixture f;
  f.store(1);
  const std::unique_ptr<Delivery> held = f.take("a");
  CHECK(f.scrape("b") == numbered(0, 1));
}

TEST_CASE("a peek takes nothing, knows only known scrapers, and shows what is in flight too") {
  Fixture f;
  f.options.max_events_per_scrape = 3;
  f.store(2);
  CHECK(f.queue().peek("a") == nullptr);
  CHECK(f.queue().statistics().scrapers.empty());
  const std::unique_ptr<Delivery> held = f.take("a");
  f.store(5);
  const std::unique_ptr<Batch> peek = f.queue().peek("a");
  REQUIRE(peek != nullptr);
  CHECK(peek->size() == 3);
  CHECK(texts(*peek) == numbered(0, 3));
  CHECK(f.numbers("a").in_flight == 2);
  CHECK(f.numbers("a").waiting == 5);
}

TEST_CASE("reading goes on at any event that the batch gave") {
  Fixture f;
  f.store(3);
  const std::unique_ptr<Delivery> delivery = f.take("a");
  const std::vector<BatchEvent> events = events_of(delivery->batch());
  REQUIRE(events.size() == 3);
  CHECK(events[0].ref == first_event);
  std::array<BatchEvent, 4> rest;
  EventRef next = events[1].ref;
  REQUIRE(delivery->batch().read(next, rest) == 2);
  CHECK(rest[0].labels == "n1");
  CHECK(rest[0].ref == events[1].ref);
  CHECK(rest[1].labels == "n2");
  CHECK(delivery->batch().read(next, rest) == 0);
}

TEST_CASE("waiters, deliveries and batches may outlive the queue") {
  Fixture f;
  f.store(2);
  std::unique_ptr<Delivery> delivery = f.take("a");
  const std::unique_ptr<WaitingScrape> waiter = f.enter("a");
  const std::unique_ptr<Batch> peek = f.queue().peek("a");
  f.embedded.reset();
  CHECK(texts(*peek) == numbered(0, 2));
  CHECK(texts(delivery->batch()) == numbered(0, 2));
  delivery->settle(delivery::Outcome::delivered);
}

TEST_CASE("with timestamps an event whose time is ahead waits for the next scrape, and so do those behind it") {
  Fixture f;
  f.options.explicit_timestamps = true;
  for (const char* labels : {"a", "a", "b"}) REQUIRE(f.append(labels) == Stored::stored);
  CHECK(f.scrape("s") == Texts{"a"});
  CHECK(texts(*f.queue().peek("s")).empty());
  CHECK(f.scrape("s").empty());
  CHECK(f.numbers("s").waiting == 2);
  f.clock.advance(2ms);  // one more for the case that both series share a word of the times
  CHECK(texts(*f.queue().peek("s")) == Texts{"a", "b"});
  CHECK(f.scrape("s") == Texts{"a", "b"});
}

TEST_CASE("with timestamps an event that nobody could read three times, alone, is given up and logged") {
  Fixture f;
  f.options.explicit_timestamps = true;
  f.store(4);
  f.clock.advance(4ms);  // series that share a word of the times are a millisecond apart
  const CapturedLog log;
  for (int i = 0; i < 2; ++i) CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 4));
  CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 2));
  for (int i = 0; i < 2; ++i) CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 1));
  CHECK(log.count("level=warn") == 0);
  CHECK(f.scrape("s", delivery::Outcome::unconfirmed) == numbered(0, 1));
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count("counted as delivered\" scraper=s labels=n0") == 1);
  CHECK(f.numbers("s").delivered == 1);
  CHECK(f.numbers("s").given_up == 1);
  CHECK(f.scrape("s") == numbered(1, 3));
  CHECK(f.scrape("s") == numbered(3, 4));
  CHECK(f.numbers("s").delivered == 4);
}

TEST_CASE("one event that was not delivered is sent again with what came since, too") {
  Fixture f;
  f.store(1);
  CHECK(f.scrape("a", delivery::Outcome::unconfirmed) == numbered(0, 1));
  f.store(2);
  CHECK(f.scrape("a") == numbered(0, 3));
}

TEST_CASE("no event is dropped or given up where all fail, nor for time-outs") {
  using enum delivery::Outcome;
  for (const bool explicit_timestamps : {false, true}) {
    for (const delivery::Outcome told : {truncated, unconfirmed, timed_out}) {
      if (explicit_timestamps && told == unconfirmed) continue;
      Fixture f;
      f.options.explicit_timestamps = explicit_timestamps;
      f.store(10);
      f.clock.advance(10ms);
      for (int i = 0; i < 100; ++i) f.scrape("s", told);
      CHECK(f.numbers("s").waiting == 10);
      Texts all;
      for (int i = 0; i < 20; ++i)
        for (const std::string& text : f.scrape("s")) all.push_back(text);
      std::ranges::sort(all);
      CHECK(all == numbered(0, 10));
      CHECK(f.numbers("s").delivered == 10);
    }
  }
}

TEST_CASE("one event that the scraper refuses is dropped and named, and all others arrive") {
  for (const bool in_file : {false, true}) {
    StorageFixture f;
    if (!in_file) f.options.storage.path.clear();
    f.store(20);
    REQUIRE(f.append("poison") == Stored::stored);
    f.store(30);
    const CapturedLog log;
    Texts all;
    for (int scrapes = 0; scrapes < 100; ++scrapes) {
      const std::unique_ptr<Delivery> delivery = f.take("s");
      const Texts batch = texts(delivery->batch());
      delivery->handed_over();
      const bool refuses = std::ranges::find(batch, "poison") != batch.end();
      delivery->settle(refuses ? delivery::Outcome::unconfirmed : delivery::Outcome::delivered);
      if (!refuses) all.insert(all.end(), batch.begin(), batch.end());
      const ScraperStatistics n = f.numbers("s");
      REQUIRE(n.delivered + n.waiting + n.dropped_refused == 51);
    }
    std::ranges::sort(all);
    Texts wanted = numbered(0, 50);
    std::ranges::sort(wanted);
    CHECK(all == wanted);
    CHECK(f.numbers("s").dropped_refused == 1);
    CHECK(f.numbers("s").waiting == 0);
    CHECK(log.count("reason=refused labels=poison") == 1);
  }
}

TEST_CASE("at each moment of the search for a poisonous event a kill loses nothing") {
  for (int moment = 0; moment < 30; ++moment) {
    CAPTURE(moment);
    StorageFixture f;
    REQUIRE(f.append("poison") == Stored::stored);
    f.store(12);
    std::map<std::string, int> all;
    const auto scrape = [&](bool killed) {
      std::unique_ptr<Delivery> delivery = f.take("s");
      const Texts batch = texts(delivery->batch());
      delivery->handed_over();
      const bool refuses = std::ranges::find(batch, "poison") != batch.end();
      for (const std::string& text : batch) all[text] += refuses ? 0 : 1;
      if (killed)
        f.kill();  // whoever counts as delivered was
      else
        delivery->settle(refuses ? delivery::Outcome::unconfirmed : delivery::Outcome::delivered);
      if (killed && refuses) all["poison"] = 1;
    };
    for (int scrapes = 0; scrapes < moment; ++scrapes) scrape(false);
    scrape(true);
    for (int scrapes = 0; scrapes < 60; ++scrapes) scrape(false);
    for (const std::string& text : numbered(0, 12)) {
      CAPTURE(text);
      CHECK(all[text] >= (all["poison"] == 1 ? 0 : 1));
      CHECK(all[text] <= 1);
    }
  }
}

TEST_CASE("a batch that a scraper cannot take shrinks until it can, and all events arrive in order") {
  for (const std::size_t limit : {1U, 7U, 40U}) {
    Fixture f;
    f.store(150);
    Texts all;
    int scrapes = 0;
    for (; all.size() < 150 && scrapes < 400; ++scrapes) {
      const std::unique_ptr<Delivery> delivery = f.take("s");
      const Texts batch = texts(delivery->batch());
      delivery->handed_over();
      delivery->settle(batch.size() > limit ? delivery::Outcome::unconfirmed : delivery::Outcome::delivered);
      if (batch.size() <= limit) all.insert(all.end(), batch.begin(), batch.end());
    }
    CHECK(all == numbered(0, 150));
    CHECK(f.scrape("s").empty());
  }
}

TEST_CASE("a batch keeps to max_scrape_bytes, with one event at least") {
  Fixture f;
  f.options.max_scrape_bytes = 3 * small_record;
  f.store(7);
  CHECK(f.scrape("s") == numbered(0, 3));
  CHECK(texts(*f.queue().peek("s")) == numbered(3, 6));
  CHECK(f.scrape("s", delivery::Outcome::truncated) == numbered(3, 6));
  CHECK(f.scrape("s") == numbered(3, 6));
  CHECK(f.scrape("s") == numbered(6, 7));
  REQUIRE(f.append(std::string(500, 'x')) == Stored::stored);
  f.store(1);
  CHECK(f.scrape("s") == Texts{std::string(500, 'x')});
  CHECK(f.scrape("s") == numbered(7, 8));
  Options less = f.options;
  less.max_scrape_bytes = small_record;
  f.queue().change(less);
  f.store(2);
  CHECK(f.scrape("s") == numbered(8, 9));
}

}  // namespace
}  // namespace oneshot::queue::test
