// SPDX-License-Identifier: MIT
// What vanishes from a store, what it never stored, and what it stored although its marker is not there.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "confirmer_rig.hpp"
#include "support/captured_log.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::confirm::test::Events;
using oneshot::confirm::test::Outcomes;
using oneshot::confirm::test::Rig;
using oneshot::delivery::Outcome;
using std::chrono::seconds;

TEST_CASE("a confirmed batch whose number vanishes goes out again") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  REQUIRE(rig.outcomes(100) == Outcomes{Outcome::delivered});
  rig.store->forget_since(scraped);
  rig.pass(seconds(20));
  CHECK(rig.queue.log(100).whole_again == 0);  // nothing later shows
  rig.marker(101);
  rig.pass(seconds(12));
  CHECK(rig.queue.log(100).whole_again == 1);
  CHECK(rig.confirmer->statistics().refuted_vanished == 1);
  CHECK(log.count("has lost a batch") == 1);
  rig.pass(seconds(30));
  CHECK(rig.queue.log(100).whole_again == 1);
  CHECK(rig.queue.log(100).let_go);
}

TEST_CASE("a confirmed batch that stays is let go after the time of rechecking, and then nothing is asked") {
  Rig rig;
  rig.start();
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(119));
  CHECK(!rig.queue.log(100).let_go);
  rig.pass(seconds(8));
  CHECK(rig.queue.log(100).let_go);
  const std::size_t asked = rig.store->asked.size();
  rig.pass(seconds(120));
  CHECK(rig.store->asked.size() == asked);
}

TEST_CASE("where the log has needed the room, a batch that vanishes is lost, and that is said") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  rig.queue.log(100).room_needed = true;
  rig.store->forget_since(scraped);
  rig.marker(101);
  rig.pass(seconds(12));
  CHECK(log.count("the event log has needed its room: it is lost") == 1);
}

TEST_CASE("single events that a stored scrape lacks go out once more, and are counted when refused again") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  const Events events = {"id=\"1\"", "id=\"2\"", "id=\"3\""};
  rig.send(100, events);
  rig.store->scrape(100, {R"("id":"1")", R"("id":"3")"});
  rig.pass(seconds(10));
  CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"id=\"2\""}});
  CHECK(rig.confirmer->statistics().events_refused == 0);
  rig.send(101, {"id=\"2\""});
  rig.store->scrape(101);
  rig.pass(seconds(10));
  CHECK(rig.queue.log(101).parts_again.empty());
  CHECK(rig.confirmer->statistics().events_refused == 1);
  CHECK(log.count("sent twice") == 1);
  SUBCASE("and where the batch vanishes later, they do not go out with the others again") {
    const std::int64_t now = rig.clock.unix_ms();
    rig.store->forget_since(now - 30'000);
    rig.marker(102);
    rig.pass(seconds(12));
    CHECK(rig.queue.log(100).whole_again == 0);
    CHECK(rig.queue.log(100).parts_again.back() == Events{"id=\"1\"", "id=\"3\""});
  }
}

TEST_CASE("events of several metrics are looked for under their names") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  const Events events = {"id=\"1\"", "deploys{id=\"1\"", "backups{id=\"1\""};
  rig.confirmer->taken(rig.queue.batch(100, events), "events_to_metrics");
  rig.confirmer->goes_out_as(100, {"deploys", "backups"});
  rig.confirmer->goes_out_as(99, {"of another batch"});
  rig.confirmer->handed_over(100);
  rig.store->scrape(100, {R"("id":"1")", R"("__name__":"backups","id":"1")"});
  rig.pass(seconds(10));
  CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"deploys{id=\"1\""}});
  CHECK(log.count("first=\"deploys{id=") == 1);
  const auto asked = [&rig](std::string_view text) {
    return std::ranges::any_of(rig.store->asked,
                               [&](const std::string& q) { return q.find(text) != std::string::npos; });
  };
  CHECK(asked("(count(timestamp(deploys{"));
  CHECK(asked("query={__name__=~\"events_to_metrics|deploys|backups\","));
}

TEST_CASE("a relabelling that merges events repeats nothing") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.send(100, {"id=\"1\",type=\"x\"", "id=\"2\",type=\"x\"", "id=\"3\",type=\"x\""});
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(20));
  CHECK(rig.queue.log(100).parts_again.empty());
  CHECK(rig.queue.log(100).whole_again == 0);
  CHECK(rig.confirmer->statistics().events_refused == 2);
  CHECK(log.count("a relabelling at the scraper changes their labels") == 1);
}

TEST_CASE("equal events are one series, and nothing is missing") {
  Rig rig;
  rig.start();
  rig.send(100, {"id=\"1\"", "id=\"1\"", "id=\"2\""});
  rig.store->scrape(100, {R"("id":"1")", R"("id":"2")"});
  rig.pass(seconds(20));
  CHECK(rig.store->count("count(timestamp(") == 1);
  CHECK(rig.queue.log(100).parts_again.empty());
}

TEST_CASE("with explicit timestamps events are not counted, and vanished ones go out whole") {
  Rig rig;
  rig.queue.timestamps = true;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100);
  rig.pass(seconds(10));
  CHECK(rig.store->count("count(timestamp(") == 0);
  rig.store->forget_since(scraped);
  rig.marker(101);
  rig.pass(seconds(12));
  CHECK(rig.queue.log(100).whole_again == 1);
}

TEST_CASE("a clock set back: what was stored without its marker does not go out again") {
  Rig rig;
  rig.start();
  rig.marker(99);
  rig.pass(seconds(50));
  rig.clock.step(seconds(-45));
  rig.send(100, {"id=\"new\"", "type=\"known\""});
  rig.store->events_alone({R"("id":"new")"});
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(46));
  CHECK(rig.outcomes(100).empty());
  rig.marker(101);
  rig.pass(seconds(5));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});  // kept, for the rest of it
  CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"type=\"known\""}});
  CHECK(rig.confirmer->statistics().refuted_absent == 1);
}

TEST_CASE("what was stored beside known markers is no part of an absent batch") {
  Rig rig;
  rig.start();
  rig.send(99, {"id=\"1\""});
  rig.store->scrape(99, {R"("id":"1")"});
  rig.pass(seconds(1));
  rig.send(100, {"id=\"1\""});  // an equal event
  rig.pass(seconds(3));
  rig.marker(101);
  rig.pass(seconds(3));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
  CHECK(!rig.queue.log(100).kept);
}
