// SPDX-License-Identifier: MIT
#include "queue/local/history/history_look.hpp"

#include <mutex>

namespace oneshot::queue {

void prepare_look(Ledger& ledger) {
  std::unique_lock lock(ledger.mutex);
  ledger.catch_up(lock);
}

HistoryWalk::Step pace_of(const Ledger& ledger) noexcept {
  return ledger.is_above_high_watermark() ? HistoryWalk::Step::short_of_room : HistoryWalk::Step::more;
}

bool concerns(Ledger& ledger, std::string_view name, std::uint64_t offset) noexcept {
  if (name.empty()) return true;
  const Scraper* const scraper = ledger.table.find(name);
  return scraper != nullptr && scraper->standing_of(offset) != Standing::past;
}

event_log::Offset oldest_of(Ledger& ledger, std::string_view name) noexcept {
  const Scraper* const scraper = name.empty() ? nullptr : ledger.table.find(name);
  const event_log::Offset from = ledger.table.readable_from();
  return scraper == nullptr ? from : event_log::later(from, scraper->lowest_to_be_sent());
}

HistoryEvent event_at(Ledger& ledger, std::uint64_t offset) {
  const event_log::Record& record = ledger.log.record_at(offset);
  HistoryEvent event{.id = EventId::of({.offset = offset, .tag = record.tag()}),
                     .unix_ms = ledger.clock_steps.time_of(offset, record.unix_ms),
                     .sent_unix_ms = record.sent_unix_ms(),
                     .metric = std::string(record.metric()),
                     .labels = std::string(record.labels()),
                     .value = record.value,
                     .value_given = record.value_given()};
  for (const auto& [name, scraper] : ledger.table.all()) {
    if (scraper.displaced) continue;
    const Standing standing = scraper.standing_of(offset);
    if (standing == Standing::waiting) event.waiting_for.push_back(name);
    if (standing == Standing::in_flight) event.in_flight_to.push_back(name);
  }
  return event;
}

}  // namespace oneshot::queue
