// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string_view>
#include <utility>

#include "event/event.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::queue::test {

/// A ledger in memory without a queue around it: for tests of what works on it.
struct LedgerFixture {
  oneshot::test::ManualClock clock;
  Options options;
  std::unique_ptr<Ledger> made;

  LedgerFixture() { options.storage.capacity_bytes = 4 * 4096; }

  Ledger& ledger() {
    if (made == nullptr) {
      auto ring = event_log::Ring::in_memory(options.storage.capacity_bytes);
      REQUIRE(ring.has_value());
      made = std::make_unique<Ledger>(std::move(*ring), options, clock);
    }
    return *made;
  }
  Scraper& add(std::string_view scraper) { return ledger().table.add(scraper, false, clock.steady()); }
  event_log::EventLog::Appended append(std::string_view labels) {
    event_log::RecordId id;
    return ledger().log.append(0, {.labels = labels, .value = 1, .value_given = false}, id, true);
  }
  /// Appends until there is no room. Returns how many there was room for.
  std::uint64_t fill() {
    std::uint64_t events = 0;
    while (append("n") != event_log::EventLog::Appended::no_room) ++events;
    return events;
  }
};

}  // namespace oneshot::queue::test
