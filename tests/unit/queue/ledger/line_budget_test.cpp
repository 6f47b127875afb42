// SPDX-License-Identifier: MIT
#include "queue/local/ledger/line_budget.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;

namespace oneshot::queue {
namespace {

constexpr SteadyTime start{1h};

void take_all_lines(LineBudget& budget, SteadyTime now) {
  for (unsigned i = 0; i < LineBudget::lines; ++i) REQUIRE(budget.take(now));
}

TEST_CASE("a few lines a minute are written, and no more") {
  LineBudget budget;
  take_all_lines(budget, start);
  CHECK_FALSE(budget.take(start));
  CHECK_FALSE(budget.take(start + 59s));
}

TEST_CASE("a matter that comes seldom gets a line each time") {
  LineBudget budget;
  for (int minute = 0; minute < 5; ++minute) take_all_lines(budget, start + minute * 1min);
  CHECK_FALSE(budget.due(start + 10min, true));
}

TEST_CASE("the number of those without a line is told once, when the minute is over") {
  LineBudget budget;
  take_all_lines(budget, start);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(budget.take(start + 1s));
  CHECK_FALSE(budget.due(start + 59s, false));
  CHECK(budget.due(start + 1min, false) == 5);
  CHECK_FALSE(budget.due(start + 2min, false));
}

TEST_CASE("at the end of the program the number is told at once") {
  LineBudget budget;
  take_all_lines(budget, start);
  CHECK_FALSE(budget.take(start));
  CHECK(budget.due(start, true) == 1);
}

TEST_CASE("lines come again only once the number was told") {
  LineBudget budget;
  take_all_lines(budget, start);
  CHECK_FALSE(budget.take(start));
  CHECK_FALSE(budget.take(start + 5min));
  CHECK(budget.due(start + 5min, false) == 2);
  CHECK(budget.take(start + 5min));
}

}  // namespace
}  // namespace oneshot::queue
