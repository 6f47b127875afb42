// SPDX-License-Identifier: MIT
#include "queue/local/history/find_event.hpp"

#include <mutex>
#include <string>

#include "queue/local/history/history_look.hpp"

namespace oneshot::queue {
namespace {

ScraperOfEvent state_of(const std::string& name, const Scraper& scraper, std::uint64_t offset) {
  switch (scraper.standing_of(offset)) {
    case Standing::waiting:
      return {.name = name, .state = EventState::waiting};
    case Standing::in_flight:
      return {.name = name, .state = EventState::in_flight, .unix_ms = scraper.taken_unix_ms};
    case Standing::past:
      break;
  }
  if (const PastBatches::Past* const past = scraper.past.of(offset)) {
    const EventState state = past->dropped.empty() ? EventState::delivered : EventState::dropped;
    return {.name = name, .state = state, .unix_ms = past->unix_ms, .reason = past->dropped};
  }
  return {.name = name, .state = offset < scraper.first_offset ? EventState::before_it_came : EventState::delivered};
}

/// Whether a record begins there; what a client says is any number.
bool begins_at(const Ledger& ledger, std::uint64_t offset) {
  const event_log::Offset from = ledger.table.readable_from();
  if (offset < from.bytes || offset >= ledger.table.counted_end().bytes) return false;
  event_log::Offset at = event_log::later(from, ledger.table.places().last_before(offset, from));
  ledger.log.walk(at, offset, [](const event_log::Record&) { return false; });
  return at.bytes == offset && !ledger.log.record_at(offset).is_padding();
}

}  // namespace

bool can_ask_for(Ledger& ledger, std::string_view scraper) {
  const std::lock_guard lock(ledger.mutex);
  const Scraper* const found = ledger.table.find(scraper);
  return scraper.empty() || (found != nullptr && !found->displaced);
}

std::optional<FoundEvent> find_event(Ledger& ledger, const EventId& id) {
  prepare_look(ledger);
  const std::uint64_t offset = id.offset();
  const std::lock_guard lock(ledger.mutex);
  if (!begins_at(ledger, offset) || ledger.log.record_at(offset).tag() != id.tag) return std::nullopt;
  FoundEvent found{.event = event_at(ledger, offset)};
  found.event.sender = ledger.senders.of(id);
  for (const auto& [name, scraper] : ledger.table.all())
    if (!scraper.displaced) found.scrapers.push_back(state_of(name, scraper, offset));
  return found;
}

}  // namespace oneshot::queue
