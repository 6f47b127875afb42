// SPDX-License-Identifier: MIT
#include "queue/local/scraper/suspicion.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace oneshot::queue {
namespace {

using enum delivery::Outcome;
using Verdict = Suspicion::Verdict;

/// Single events in a row, sent as a scraper's are: the first one that waits, or the one that is tried in its place.
struct Row {
  Suspicion suspicion;
  std::vector<char> events;  // '.' delivered, 'x' dropped, anything else waits
  std::string sent{};

  explicit Row(std::string_view text) : events(text.begin(), text.end()) {}

  [[nodiscard]] std::vector<std::size_t> waiting() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < events.size(); ++i)
      if (events[i] != '.' && events[i] != 'x') all.push_back(i);
    return all;
  }
  /// False: nothing waits.
  bool scrape(const std::function<delivery::Outcome(char)>& outcome_of) {
    const std::vector<std::size_t> all = waiting();
    if (all.empty()) return false;
    std::size_t at = 0;
    if (suspicion.wants_another(all[0])) {
      if (suspicion.distance() < all.size()) {
        at = suspicion.distance();
      } else {
        suspicion.none_there();
      }
    }
    char& event = events[all[at]];
    sent += event;
    const delivery::Outcome outcome = outcome_of(event);
    if (outcome == delivered) {
      event = '.';
      suspicion.delivered(all[at], all[at] + 1);
    } else if (suspicion.failed(all[at], outcome, at > 0, false) == Verdict::at_fault) {
      event = 'x';
    }
    return true;
  }
  [[nodiscard]] std::string text() const { return {events.begin(), events.end()}; }
};

delivery::Outcome poisoned(char event) { return event == 'P' ? unconfirmed : delivered; }

TEST_CASE("the suspect is dropped once twelve others were delivered, each before it failed again") {
  Row row("Pabcdefghijklm");
  for (int i = 0; i < 27; ++i) row.scrape(poisoned);
  CHECK(row.sent == "PPPaPbPcPdPePfPgPhPiPjPkPlP");
  CHECK(row.text() == "x............m");
  CHECK(row.suspicion.empty());
}

TEST_CASE("alone it is sent as long as there is no other") {
  Row row("Pa");
  for (int i = 0; i < 50; ++i) row.scrape(poisoned);
  CHECK(row.text() == "P.");
  CHECK_FALSE(row.suspicion.empty());
}

TEST_CASE("several in a row are found, and all others arrive") {
  for (const char* text : {"PPabcdefghij", "PPPPPabcdefghijklmnopqrst", "aPbPcPdefghijklmno", "abcPdefP"}) {
    CAPTURE(text);
    Row row(text + std::string(80, 'z'));
    for (int i = 0; i < 2'000 && row.scrape(poisoned); ++i) {
    }
    for (const std::size_t left : row.waiting()) CHECK(row.events[left] == 'P');
    CHECK(row.waiting().size() <= 1);
  }
}

TEST_CASE("where all others fail too, none is at fault, and the first that goes through ends it") {
  Row row("abcdefgh");
  for (int i = 0; i < 500; ++i) row.scrape([](char) { return unconfirmed; });
  CHECK(row.text() == "abcdefgh");
  while (row.scrape(poisoned)) {
  }
  CHECK(row.text() == "........");
}

TEST_CASE("a run of poison of any length up to 128 is jumped over") {
  Row row(std::string(100, 'P') + std::string(2'000, 'a'));
  for (int i = 0; i < 8'000; ++i) row.scrape(poisoned);
  CHECK(row.text().find('P') == std::string::npos);
}

TEST_CASE("an event that failed alone once goes out with others, and all of them are innocent if they arrive") {
  Suspicion suspicion;
  static_cast<void>(suspicion.failed(7, unconfirmed, false, false));
  CHECK_FALSE(suspicion.tries_single_events());
  static_cast<void>(suspicion.failed(8, unconfirmed, true, false));
  static_cast<void>(suspicion.failed(7, unconfirmed, false, false));
  CHECK(suspicion.tries_single_events());
  suspicion.delivered(7, 9);
  CHECK(suspicion.empty());
}

TEST_CASE("time-outs make no suspect") {
  Suspicion suspicion;
  for (int i = 0; i < 20; ++i) CHECK(suspicion.failed(7, timed_out, false, true) == Verdict::send_again);
  CHECK(suspicion.empty());
}

TEST_CASE("what the scraper's API refuses is at fault at once") {
  Suspicion suspicion;
  CHECK(suspicion.failed(7, refused, false, false) == Verdict::at_fault);
  CHECK(suspicion.empty());
}

TEST_CASE("with explicit timestamps three unread in a row are given up, in a row and of one event") {
  Suspicion suspicion;
  CHECK(suspicion.failed(7, unconfirmed, false, true) == Verdict::send_again);
  CHECK(suspicion.failed(8, unconfirmed, true, true) == Verdict::send_again);
  CHECK(suspicion.failed(7, unconfirmed, false, true) == Verdict::send_again);
  CHECK(suspicion.failed(7, timed_out, false, true) == Verdict::send_again);
  CHECK(suspicion.failed(7, unconfirmed, false, true) == Verdict::send_again);
  CHECK(suspicion.failed(7, unconfirmed, false, true) == Verdict::send_again);
  CHECK(suspicion.failed(7, unconfirmed, false, true) == Verdict::unread);
}

TEST_CASE("evicted suspects are forgotten") {
  Suspicion suspicion;
  static_cast<void>(suspicion.failed(7, unconfirmed, false, false));
  suspicion.forget_before(7);
  CHECK_FALSE(suspicion.empty());
  suspicion.forget_before(8);
  CHECK(suspicion.empty());
}

TEST_CASE("four bad scrapes to each good one, over and over: no event is dropped, and all arrive") {
  for (const unsigned good : {3U, 4U, 5U, 6U, 7U}) {
    for (unsigned begin = 0; begin < good; ++begin) {
      Row row("abcdefghijklmnopqrst");
      unsigned n = begin;
      const auto outcome = [&](char) { return ++n % good == 0 ? delivered : unconfirmed; };
      for (int i = 0; i < 2'000 && row.scrape(outcome); ++i) {
      }
      CHECK(row.text() == std::string(20, '.'));
    }
  }
}

TEST_CASE("on a connection that is cut every second time, hardly an innocent event is dropped") {
  std::mt19937 random(1);
  std::size_t dropped = 0;
  std::size_t scrapes = 0;
  for (int round = 0; round < 2'000; ++round) {
    Row row(std::string(10, 'a'));
    const auto cut = [&](char) { return random() % 2 == 0 ? truncated : delivered; };
    while (row.scrape(cut)) ++scrapes;
    for (const char event : row.events) dropped += event == 'x' ? 1 : 0;
  }
  CHECK(scrapes > 30'000);
  CHECK(dropped < 20);  // one in a thousand events that were alone all the time
}

}  // namespace
}  // namespace oneshot::queue
