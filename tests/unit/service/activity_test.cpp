// SPDX-License-Identifier: MIT
#include "service/activity.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "base/log.hpp"
#include "support/captured_log.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::service {
namespace {

using oneshot::test::CapturedLog;
using oneshot::test::ManualClock;
using std::chrono::seconds;

/// Reports as the service does, once a second.
void let_pass(Summary& summary, ManualClock& clock, const Activity& activity, int count) {
  for (int i = 0; i < count; ++i) {
    clock.advance(seconds(1));
    if (summary.due(clock.steady())) summary.report(activity, clock.steady());
  }
}

TEST_CASE("activity is the sum over scrapers and reasons, but an event that waits for several counts once") {
  app::Snapshot snapshot;
  snapshot.accepted = 20;
  snapshot.rejected.front() = 1;
  snapshot.rejected.back() = 2;
  snapshot.connections = 3;
  snapshot.queue.scrapers.resize(2);
  snapshot.queue.scrapers[0].delivered = 4;
  snapshot.queue.scrapers[0].redelivered = 5;
  snapshot.queue.scrapers[0].waiting = 6;
  snapshot.queue.scrapers[0].dropped_full = 100;
  snapshot.queue.scrapers[1].delivered = 40;
  snapshot.queue.scrapers[1].waiting = 2;
  snapshot.queue.scrapers[1].dropped_damaged = 20;
  snapshot.queue.dropped_forgotten = {{"gone", 3}};
  snapshot.queue.unclaimed = 1000;
  snapshot.queue.kept = 7;
  const Activity activity = summarize(snapshot);
  CHECK(activity.accepted == 20);
  CHECK(activity.refused == 3);
  CHECK(activity.delivered == 44);
  CHECK(activity.redelivered == 5);
  CHECK(activity.waiting == 7);
  CHECK(activity.lost == 1123);
  CHECK(activity.scrapers == 2);
  CHECK(activity.connections == 3);
}

TEST_CASE("a minute in which something happened is one line, with what happened in it") {
  log::set_level(log::Level::info);
  const CapturedLog log;
  ManualClock clock;
  Summary summary(clock.steady());
  Activity activity;
  activity.accepted = 5;
  activity.waiting = 2;
  activity.scrapers = 1;
  let_pass(summary, clock, activity, 59);
  CHECK(log.text().empty());
  let_pass(summary, clock, activity, 1);
  CHECK(log.count("msg=\"events\" seconds=60 accepted=5 refused=0 delivered=0") == 1);
  activity.accepted = 12;
  activity.delivered = 10;
  let_pass(summary, clock, activity, 60);
  CHECK(log.count("accepted=7 refused=0 delivered=10") == 1);
  CHECK(log.count("level=info") == 2);
}

TEST_CASE("minutes in which nothing happened are no line") {
  log::set_level(log::Level::info);
  const CapturedLog log;
  ManualClock clock;
  Summary summary(clock.steady());
  Activity activity;
  activity.connections = 3;
  activity.waiting = 7;  // as they were
  let_pass(summary, clock, activity, 3600);
  CHECK(log.text().empty());
}

TEST_CASE("a scraper that was forgotten takes its numbers along, and nothing is counted below zero") {
  log::set_level(log::Level::info);
  const CapturedLog log;
  ManualClock clock;
  Summary summary(clock.steady());
  Activity activity;
  activity.delivered = 10;
  let_pass(summary, clock, activity, 60);
  activity.delivered = 0;
  activity.lost = 4;
  let_pass(summary, clock, activity, 60);
  CHECK(log.count("delivered=0 redelivered=0 lost=4") == 1);
}

TEST_CASE("the status is a sentence, and losses are part of it only if there are some") {
  Activity activity;
  activity.accepted = 12;
  activity.delivered = 10;
  activity.waiting = 2;
  activity.scrapers = 1;
  activity.connections = 3;
  CHECK(status_text(activity) ==
        "accepts requests; events: 12 accepted, 10 delivered, 2 waiting; scrapers: 1; connections: 3");
  activity.lost = 4;
  CHECK(status_text(activity).ends_with("; lost events: 4"));
}

}  // namespace
}  // namespace oneshot::service
