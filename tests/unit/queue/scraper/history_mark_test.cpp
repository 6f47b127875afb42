// SPDX-License-Identifier: MIT
#include "queue/local/scraper/history_mark.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace oneshot::queue {
namespace {

event_log::Offset at(std::uint64_t events) { return {.bytes = events * 40, .events = events}; }

TEST_CASE("the history begins with the log") {
  const HistoryMark history;
  REQUIRE(history.begin());
  CHECK(*history.begin() == at(0));
}

TEST_CASE("the history yields from its old end, and never grows back") {
  HistoryMark history;
  history.yield_to(at(5));
  CHECK(history.begin() == at(5));
  history.yield_to(at(3));
  CHECK(history.begin() == at(5));
}

TEST_CASE("once nothing is kept the history begins anew where it is told to") {
  HistoryMark history;
  history.yield_to(at(9));
  history.end();
  CHECK_FALSE(history.begin());
  history.yield_to(at(4));
  CHECK(history.begin() == at(4));
}

TEST_CASE("a log that was found has its history from its own begin on") {
  HistoryMark history;
  history.yield_to(at(9));
  history.restore(at(2));
  CHECK(history.begin() == at(2));
}

}  // namespace
}  // namespace oneshot::queue
