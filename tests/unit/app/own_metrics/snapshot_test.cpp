// SPDX-License-Identifier: MIT
#include "app/own_metrics/snapshot.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include "event/event.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using test::App;

std::uint64_t rejected(const Snapshot& snapshot, Reason reason) {
  return snapshot.rejected[static_cast<std::size_t>(reason)];
}

TEST_CASE("a snapshot sums up what the workers count, each in its own place") {
  App app;
  Services services(*app.queue, app.clock, 3);
  http::Statistics one;
  http::Statistics other;
  one.connections = 2;
  other.connections = 3;
  one.count_response(http::statuses.front().code);
  other.count_response(http::statuses.front().code);
  other.count_response(http::statuses.back().code);
  services.http_statistics = {&one, &other};
  services.counters[0].count_accepted();
  services.counters[2].count_accepted();
  services.counters[1].count_rejected(Reason::bad_label_name);
  services.counters[2].count_rejected(Reason::bad_label_name);
  services.counters[2].count_rejected(Reason::unable_to_store);

  const Snapshot snapshot = take_snapshot(services);
  CHECK(snapshot.accepted == 2);
  CHECK(rejected(snapshot, Reason::bad_label_name) == 2);
  CHECK(rejected(snapshot, Reason::unable_to_store) == 1);
  CHECK(rejected(snapshot, Reason::bad_value) == 0);
  CHECK(snapshot.refused() == 3);
  CHECK(snapshot.connections == 5);
  CHECK(snapshot.responses.front() == 2);
  CHECK(snapshot.responses.back() == 1);
}

TEST_CASE("a snapshot has the queue's numbers") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.event("n=1");
  const Snapshot snapshot = take_snapshot(*app.services);
  REQUIRE(snapshot.queue.scrapers.size() == 1);
  CHECK(snapshot.queue.scrapers[0].name == "a");
  CHECK(snapshot.queue.scrapers[0].waiting == 1);
  CHECK(snapshot.accepted == 1);
}

}  // namespace
}  // namespace oneshot::app
