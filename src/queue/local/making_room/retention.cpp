// SPDX-License-Identifier: MIT
#include "queue/local/making_room/retention.hpp"

#include <algorithm>
#include <chrono>

namespace oneshot::queue {
namespace {

/// More than half of the log would be in the way of what it is for.
std::uint64_t most_bytes(const Ledger& ledger) noexcept {
  return std::min(ledger.options.history_bytes, ledger.log.capacity() / 2);
}

// To the nearest place that is known, since a log that fills fast would otherwise be walked once more for this.
void retain_bytes(Ledger& ledger, const event_log::Offset& needed) {
  const std::uint64_t from = needed.bytes - std::min(needed.bytes, most_bytes(ledger));
  HistoryMark& history = ledger.table.history();
  if (history.begin()->bytes >= from) return;
  const event_log::Offset place = ledger.table.places().first_from(from, needed);
  history.yield_to(place.bytes < needed.bytes ? place : needed);
}

bool retain_time(Ledger& ledger, const event_log::Offset& needed) {
  const std::int64_t since = ledger.clock.unix_ms() - ledger.options.history.count();
  event_log::Offset at = *ledger.table.history().begin();
  std::uint64_t steps = walk_step;
  ledger.log.walk(at, needed.bytes, [&](const event_log::Record& record) {
    if (steps == 0) return true;
    --steps;
    return !record.is_padding() && ledger.clock_steps.time_of(at.bytes, record.unix_ms) >= since;
  });
  ledger.table.history().yield_to(at);
  return steps > 0;
}

}  // namespace

bool retain_history(Ledger& ledger) {
  ScraperTable& table = ledger.table;
  if (ledger.options.history <= std::chrono::milliseconds::zero() || most_bytes(ledger) == 0) {
    table.history().end();
    return true;
  }
  const event_log::Offset needed = table.lowest_needed();
  if (!table.history().begin()) table.history().yield_to(needed);
  retain_bytes(ledger, needed);
  return retain_time(ledger, needed);
}

bool yield_history(Ledger& ledger, std::uint64_t needed_head) {
  ScraperTable& table = ledger.table;
  const event_log::Offset needed = table.lowest_needed();
  const std::optional<event_log::Offset>& begin = table.history().begin();
  if (!begin || begin->bytes >= needed.bytes || begin->bytes >= table.lowest_lease()) return false;
  const std::uint64_t wanted = std::max(begin->bytes + (needed.bytes - begin->bytes) / 2 + 1, needed_head);
  const event_log::Offset place = ledger.table.places().first_from(wanted, needed);
  table.history().yield_to(place.bytes < needed.bytes ? place : needed);
  return true;
}

}  // namespace oneshot::queue
