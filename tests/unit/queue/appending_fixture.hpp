// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "queue/local/appending.hpp"
#include "queue/local/clock_watch.hpp"
#include "unit/queue/ledger_fixture.hpp"

namespace oneshot::queue::test {

/// A ledger whose events come as the queue's do: with their senders and keys.
struct AppendingFixture : LedgerFixture {
  void store(const event::Event& event, std::uint64_t sender = 0) {
    if (!appending) appending.emplace(ledger(), clock_watch.emplace(ledger()), options);
    REQUIRE(appending->append({0, sender}, event).what == Stored::stored);
  }

  std::optional<ClockWatch> clock_watch;
  std::optional<Appending> appending;
};

}  // namespace oneshot::queue::test
