// SPDX-License-Identifier: MIT
// What an EmbeddedQueue shows of its log after delivery, and what an operator changes.
#include <mutex>
#include <utility>

#include "queue/local/change_turn.hpp"
#include "queue/local/embedded_queue.hpp"
#include "queue/local/history/embedded_history_reader.hpp"
#include "queue/local/history/embedded_label_counter.hpp"
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

bool is_known(Ledger& ledger, std::string_view scraper) {
  const std::lock_guard lock(ledger.mutex);
  const Scraper* const found = ledger.table.find(scraper);
  return scraper.empty() || (found != nullptr && !found->displaced);
}

}  // namespace

std::unique_ptr<HistoryReader> EmbeddedQueue::read_history(HistoryQuery query) {
  if (!is_known(*ledger_, query.scraper)) return nullptr;
  return std::make_unique<EmbeddedHistoryReader>(ledger_, std::move(query));
}

std::unique_ptr<LabelCounter> EmbeddedQueue::count_by_label(LabelCountQuery query) {
  if (!is_known(*ledger_, query.scraper)) return nullptr;
  return std::make_unique<EmbeddedLabelCounter>(ledger_, std::move(query));
}

std::optional<FoundEvent> EmbeddedQueue::find(const EventId& id) {
  Ledger& ledger = *ledger_;
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

void EmbeddedQueue::note_sender(std::span<const EventId> events, const Sender& sender) {
  if (keeps_senders()) ledger_->senders.note(events, sender);
}

bool EmbeddedQueue::keeps_senders() const noexcept { return ledger_->senders.is_on(); }

asio::awaitable<Changed> EmbeddedQueue::replay(std::string scraper, std::int64_t since_unix_ms,
                                               delivery::Waiting& waiting) {
  const Wish wish{.what = Wish::What::replay, .since_unix_ms = since_unix_ms};
  return ChangeTurn::grant(ledger_, std::move(scraper), wish, waiting);
}

asio::awaitable<Changed> EmbeddedQueue::skip(std::string scraper, delivery::Waiting& waiting) {
  const Wish wish{.what = Wish::What::skip};
  return ChangeTurn::grant(ledger_, std::move(scraper), wish, waiting);
}

asio::awaitable<Changed> EmbeddedQueue::forget(std::string scraper, delivery::Waiting& waiting) {
  const Wish wish{.what = Wish::What::forget};
  return ChangeTurn::grant(ledger_, std::move(scraper), wish, waiting);
}

}  // namespace oneshot::queue
