// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_deadline.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace oneshot::app {
namespace {

using std::chrono::milliseconds;

TEST_CASE("the scrape timeout is read in every form that scrapers send") {
  const std::vector<std::pair<std::string_view, int>> rows{
      {"10", 10000},
      {"10.000", 10000},
      {"10.000000", 10000},
      {"0.5", 500},
      {"2.25", 2250},
      {"0.1", 100},
      {"0.05", 100},
      {"0.000001", 100},
      {"120", 120000},
      {"121", 120000},
      {"1000000000000000000000", 120000},
      {"0", 10000},
      {"-1", 10000},
      {"", 10000},
      {"ten", 10000},
      {"10s", 10000},
      {"1e1", 10000},
      {"nan", 10000},
      {"inf", 10000},
      {"0x10", 10000},
      {"10,5", 10000},
      {"10 ", 10000},
  };
  for (const auto& row : rows) {
    const std::string_view text = row.first;
    CAPTURE(text);
    const std::array headers{http::Header{"x-prometheus-scrape-timeout-seconds", text}};
    http::Request request;
    request.headers = headers;
    CHECK(scrape_timeout(request) == milliseconds(row.second));
  }
  CHECK(scrape_timeout(http::Request{}) == milliseconds(10000));
}

TEST_CASE("a scraper may give up a little before its timeout is over, as seen from here") {
  const SteadyTime arrived{std::chrono::seconds(100)};
  CHECK(may_give_up(arrived, milliseconds(10000)) == arrived + milliseconds(9500));
  CHECK(may_give_up(arrived, milliseconds(1000)) == arrived + milliseconds(750));
  CHECK(may_give_up(arrived, milliseconds(100)) == arrived + milliseconds(75));
}

TEST_CASE("a scrape waits for its batch half of its timeout, and leaves time to send") {
  const SteadyTime arrived{std::chrono::seconds(100)};
  CHECK(latest_take(arrived, milliseconds(10000), arrived) == arrived + milliseconds(5000));
  CHECK(latest_take(arrived, milliseconds(100), arrived) == arrived + milliseconds(50));
  CHECK(latest_take(arrived, milliseconds(120000), arrived) == arrived + milliseconds(5000));
  // A request that took long to arrive has less.
  CHECK(latest_take(arrived, milliseconds(10000), arrived + milliseconds(8000)) == arrived + milliseconds(9750));
  CHECK(latest_take(arrived, milliseconds(10000), arrived + milliseconds(9900)) == arrived + milliseconds(9750));
}

}  // namespace
}  // namespace oneshot::app
