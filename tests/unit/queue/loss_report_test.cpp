// SPDX-License-Identifier: MIT
#include "queue/local/loss_report.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "support/captured_log.hpp"
#include "unit/queue/ledger_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;
using namespace std::chrono_literals;

TEST_CASE("refused and lost events are logged as numbers, once") {
  LedgerFixture f;
  LossReport losses(f.ledger());
  const CapturedLog log;
  losses.report();
  CHECK(log.text().empty());
  f.add("a").loss_to_log = 3;
  f.add("b").loss_to_log = 0;
  losses.count_refused();
  losses.count_refused();
  losses.report();
  CHECK(log.count("level=warn") == 2);
  CHECK(log.count("scraper=a reason=full events=3") == 1);
  CHECK(log.count("events refused\" events=2") == 1);
  losses.report();
  CHECK(log.count("level=warn") == 2);
}

TEST_CASE("unclaimed events are logged once a minute, and at the end") {
  LedgerFixture f;
  LossReport losses(f.ledger());
  const CapturedLog log;
  f.ledger().table.hold().somebody_came();
  f.ledger().table.hold().end_if_due(f.clock.steady(), 0ms);
  f.ledger().table.advance_counted_end({.bytes = 80, .events = 2});
  losses.report_unclaimed(false);
  CHECK(log.count("reason=unclaimed events=2") == 1);
  f.ledger().table.advance_counted_end({.bytes = 120, .events = 3});
  losses.report_unclaimed(false);
  CHECK(log.count("reason=unclaimed") == 1);
  losses.report_unclaimed(true);
  CHECK(log.count("reason=unclaimed events=1") == 1);
  f.clock.advance(60s);
  losses.report_unclaimed(false);
  CHECK(log.count("reason=unclaimed") == 2);
}

}  // namespace
}  // namespace oneshot::queue::test
