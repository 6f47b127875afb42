// SPDX-License-Identifier: MIT
// An API that answers some questions and not others, late, or too much; and stores whose events are not where their
// marker says.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "confirmer_rig.hpp"
#include "support/captured_log.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::confirm::test::Events;
using oneshot::confirm::test::Outcomes;
using oneshot::confirm::test::Rig;
using oneshot::delivery::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Fails the questions with this in them.
auto failing(std::string_view part, ApiError error) {
  return [part, error](const std::string& path) {
    return has(path, part) ? std::optional<ApiError>(error) : std::nullopt;
  };
}

const Events with_own_job = {"job=\"nightly\",type=\"backup\"", "type=\"deploy\""};
const std::vector<std::string> stored_with_own_job = {R"("job":"nightly","type":"backup")", R"("type":"deploy")"};

}  // namespace

TEST_CASE("events with labels of the target's names are found, honored or put aside") {
  for (const bool honored : {true, false}) {
    CAPTURE(honored);
    Rig rig;
    rig.store->honor_labels = honored;
    rig.start();
    rig.send(100, with_own_job);
    rig.store->scrape(100, stored_with_own_job);
    rig.pass(seconds(20));
    CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
    CHECK(rig.queue.log(100).parts_again.empty());
    CHECK(rig.queue.log(100).whole_again == 0);
    CHECK(rig.confirmer->statistics().events_refused == 0);
    CHECK(rig.store->count("count(timestamp(") == 1);
  }
}

TEST_CASE("events with labels of the target's names that are missing go out again, and no others") {
  for (const bool honored : {true, false}) {
    CAPTURE(honored);
    Rig rig;
    rig.store->honor_labels = honored;
    rig.start();
    rig.send(100, {"id=\"1\",job=\"nightly\"", "id=\"2\",job=\"nightly\"", "id=\"3\""});
    rig.store->scrape(100, {R"("id":"1","job":"nightly")", R"("id":"3")"});
    rig.pass(seconds(20));
    CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"id=\"2\",job=\"nightly\""}});
    CHECK(rig.confirmer->statistics().events_refused == 0);
  }
}

TEST_CASE("a clock set back: events with labels of the target's names are found too") {
  for (const bool honored : {true, false}) {
    CAPTURE(honored);
    Rig rig;
    rig.store->honor_labels = honored;
    rig.start();
    rig.marker(99);
    rig.pass(seconds(50));
    rig.clock.step(seconds(-45));
    rig.send(100, {"id=\"new\",job=\"nightly\"", "type=\"known\""});
    rig.store->events_alone({R"("id":"new","job":"nightly")"});
    rig.pass(seconds(46));
    rig.marker(101);
    rig.pass(seconds(5));
    CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"type=\"known\""}});
  }
}

TEST_CASE("what another scraper stored is no part of an absent batch") {
  Rig rig;
  rig.store->honor_labels = true;
  rig.start();
  rig.marker(99);
  rig.send(100, with_own_job);
  rig.pass(seconds(1));
  rig.store->markers_of_others.insert(rig.store->events_alone(stored_with_own_job));
  rig.pass(seconds(3));
  rig.marker(101);
  rig.pass(seconds(3));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
  CHECK(!rig.queue.log(100).kept);
}

TEST_CASE("an API that never says which events are there: the batch goes out again whole, and others follow") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.marker(99);
  rig.store->fails = failing("query=events_to_metrics", ApiError{"h: no whole answer within 1 s"});
  unsigned tries = 3;
  SUBCASE("late") {}
  SUBCASE("it refuses the question") {
    rig.store->fails = failing("query=events_to_metrics", ApiError{"h answers 422", 422});
    tries = 1;
  }
  SUBCASE("too much") {
    rig.store->fails = failing("query=events_to_metrics", ApiError{"h: too much", 0, true});
    tries = 1;
  }
  rig.send(100);
  rig.confirmer->told(100, Outcome::delivered);
  rig.pass(seconds(3));
  rig.marker(101);
  for (int i = 0; i < 120 && rig.outcomes(100).empty(); ++i) {
    rig.pass(milliseconds(50));
    CHECK(rig.confirmer->statistics().up);
  }
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
  CHECK(rig.store->count("query=events_to_metrics{") == static_cast<int>(tries));
  CHECK(log.count("all of it goes out again") == 1);
  CHECK(log.count("does not answer") == 0);
  CHECK(rig.permit() == Judge::Permit::batch);
}

TEST_CASE("a vanished batch about whose events the API does not answer goes out again whole") {
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(5));
  rig.store->forget_since(scraped);
  rig.marker(101);
  rig.store->fails = failing("query=events_to_metrics", ApiError{"h: no whole answer within 1 s"});
  rig.pass(seconds(40));
  CHECK(rig.queue.log(100).whole_again == 1);
  CHECK(rig.queue.log(100).let_go);
}

TEST_CASE("events that the API does not count are let go, with a warning") {
  const oneshot::test::CapturedLog log;
  Rig rig;
  rig.start();
  rig.store->fails = failing("count(timestamp(", ApiError{"h answers 422", 422});
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(130));
  CHECK(rig.queue.log(100).let_go);
  CHECK(rig.store->count("count(timestamp(") == 1);
  CHECK(log.count("does not count the events") == 1);
}

TEST_CASE("a batch that is missing when its events are to be counted is no reason to ask without end") {
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(milliseconds(1900));
  REQUIRE(rig.outcomes(100) == Outcomes{Outcome::delivered});
  rig.store->forget_since(scraped);
  rig.send(101);
  rig.store->scrape(101);
  rig.pass(milliseconds(250));  // the first answer without it, when it is nearly to be counted
  rig.store->asked.clear();
  rig.pass(milliseconds(900));
  CHECK(rig.store->asked.size() < 3);
}

TEST_CASE("events that vanish with their number are not taken for refused ones") {
  Rig rig;
  rig.start();
  for (std::uint64_t number = 100; number < 110; number += 2) {
    rig.send(number, {"id=\"1\""});
    const std::int64_t scraped = rig.store->scrape(number, {R"("id":"1")"});
    rig.pass(milliseconds(500));
    rig.store->forget_since(scraped);  // killed, and nothing later yet
    rig.pass(seconds(12));
    CHECK(rig.queue.log(number).parts_again.empty());
    rig.marker(number + 1);
    rig.pass(seconds(12));
    CHECK(rig.queue.log(number).whole_again == 1);
  }
  CHECK(rig.confirmer->statistics().events_refused == 0);
  CHECK(rig.store->count("count(timestamp(") == 0);
}

TEST_CASE("killed between the last answer about the markers and the count") {
  Rig rig;
  rig.start();
  rig.send(100);
  const std::int64_t scraped = rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(milliseconds(500));
  REQUIRE(rig.outcomes(100) == Outcomes{Outcome::delivered});
  // Each count comes too late, and each answer about the markers just in time.
  rig.store->fails = [&](const std::string& path) -> std::optional<ApiError> {
    if (has(path, "count(timestamp(") || has(path, "[1ms]")) {
      rig.store->forget_since(scraped);
    } else if (rig.store->count("[1ms]") == 0) {
      rig.store->markers[scraped] = 100;
    }
    return std::nullopt;
  };
  rig.pass(seconds(9));
  CHECK(rig.queue.log(100).parts_again.empty());
  CHECK(rig.confirmer->statistics().events_refused == 0);
}

TEST_CASE("an API that was silent for long shows what was stored before") {
  Rig rig;
  rig.queue.timestamps = true;  // nothing else would say that it is there
  rig.start();
  rig.marker(99);
  rig.send(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.store->silent = true;
  rig.pass(seconds(70));
  rig.store->silent = false;
  rig.pass(seconds(11));
  REQUIRE(rig.outcomes(100) == Outcomes{Outcome::delivered});
  for (std::uint64_t number = 101; number < 110; ++number) {
    rig.marker(number);
    rig.pass(seconds(5));
  }
  CHECK(rig.queue.log(100).whole_again == 0);
  CHECK(rig.confirmer->statistics().refuted_vanished == 0);
}

TEST_CASE("a batch of the program before is looked for where its sample is") {
  Rig rig;
  rig.queue.timestamps = true;
  rig.queue.to_resume = rig.queue.unique_batch(100);
  rig.store->scrape(100, {R"("type":"x")"});
  rig.pass(seconds(3600));
  rig.start();
  rig.pass(seconds(1));
  REQUIRE(rig.outcomes(100) == Outcomes{Outcome::delivered});
  for (std::uint64_t number = 101; number < 110; ++number) {
    rig.marker(number);
    rig.pass(seconds(5));
  }
  CHECK(rig.queue.log(100).whole_again == 0);
}

TEST_CASE("a batch that is out for more markers than are remembered is still ours") {
  Rig rig;
  rig.start();
  rig.marker(1);
  rig.send(10);
  rig.store->silent = true;
  for (std::uint64_t number = 11; number < 11 + 2 * OwnNumbers::remembered; ++number) rig.confirmer->issued(number);
  rig.pass(seconds(3));
  rig.store->silent = false;
  rig.store->scrape(10, {R"("type":"x")"});
  rig.clock.advance(seconds(1));
  rig.store->scrape(10 + 2 * OwnNumbers::remembered);
  rig.pass(seconds(12));
  CHECK(rig.outcomes(10) == Outcomes{Outcome::delivered});
}

TEST_CASE("a batch that is out for days: the begin and the end of that time are asked for") {
  Rig rig;
  rig.start();
  rig.marker(99);
  rig.send(100);
  rig.clock.advance(seconds(3 * 24 * 3600));
  rig.store->asked.clear();
  rig.pass(seconds(5));
  CHECK(rig.store->count("oneshot_batch{scraper=\"prom-a\"}[7200s] offset -3600s") > 0);
  CHECK(rig.store->count("offset 25") > 0);  // 3 days without an hour
  CHECK(rig.store->count("[26") == 0);
  rig.marker(101);
  rig.pass(seconds(5));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::truncated});
}

TEST_CASE("an answer about a long absence that is too large is asked for in pieces") {
  Rig rig;
  rig.queue.to_resume = rig.queue.unique_batch(100);
  rig.store->fails = [](const std::string& path) {
    return has(path, "[9") ? std::optional<ApiError>(ApiError{"too much", 0, true}) : std::nullopt;
  };
  rig.store->scrape(100, {R"("type":"x")"});
  rig.start();
  rig.pass(seconds(1));
  CHECK(rig.outcomes(100) == Outcomes{Outcome::delivered});
  CHECK(rig.confirmer->statistics().up);
  CHECK(rig.store->count("oneshot_batch{") > 2);
}

TEST_CASE("equal events of one millisecond that are missing go out once more each") {
  Rig rig;
  rig.start();
  rig.send(100, {"id=\"1\"", "id=\"1\"", "id=\"1\"", "id=\"2\""});
  rig.store->scrape(100, {R"("id":"2")"});
  rig.pass(seconds(10));
  CHECK(rig.queue.log(100).parts_again == std::vector<Events>{{"id=\"1\"", "id=\"1\"", "id=\"1\""}});
  CHECK(rig.confirmer->statistics().events_refused == 0);
  rig.send(101, {"id=\"1\"", "id=\"1\"", "id=\"1\""});
  rig.store->scrape(101);
  rig.pass(seconds(10));
  CHECK(rig.queue.log(101).parts_again.empty());
  CHECK(rig.confirmer->statistics().events_refused == 3);
}

TEST_CASE("a relabelling that merges series of several equal events counts events, not series") {
  Rig rig;
  rig.start();
  rig.send(100, {"id=\"1\"", "id=\"1\"", "id=\"2\"", "id=\"2\"", "id=\"2\""});
  rig.store->scrape(100, {R"("type":"merged")"});
  rig.pass(seconds(20));
  CHECK(rig.confirmer->statistics().events_refused == 3);  // id 1 came first, and is there under another name
}

TEST_CASE("a scrape that comes during a question waits for the next one") {
  Rig rig;
  rig.start();
  rig.marker(99);
  rig.send(100);
  bool asked_meanwhile = false;
  std::optional<Judge::Permit> got;
  test::NoWaiting waiting(*rig.store);
  rig.store->fails = [&](const std::string& path) -> std::optional<ApiError> {
    if (!asked_meanwhile && has(path, "oneshot_batch{")) {
      asked_meanwhile = true;
      asio::co_spawn(rig.io, rig.confirmer->before_scrape(waiting, rig.clock.steady() + milliseconds(300)),
                     [&](const std::exception_ptr&, Judge::Permit permit) { got = permit; });
      rig.io.poll_one();
      const std::string before = "ask first, then the store has it";
      return ApiError{before};
    }
    if (rig.store->markers.size() < 2) rig.store->scrape(100, {R"("type":"x")"});
    return std::nullopt;
  };
  rig.pass(milliseconds(300));
  REQUIRE(got);
  CHECK(*got == Judge::Permit::batch);
}
