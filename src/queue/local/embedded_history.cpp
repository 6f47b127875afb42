// SPDX-License-Identifier: MIT
// What an EmbeddedQueue shows of its log after delivery, and what an operator changes.
#include <utility>

#include "queue/local/change_turn.hpp"
#include "queue/local/embedded_queue.hpp"
#include "queue/local/history/embedded_history_reader.hpp"
#include "queue/local/history/embedded_label_counter.hpp"
#include "queue/local/history/find_event.hpp"

namespace oneshot::queue {

std::unique_ptr<HistoryReader> EmbeddedQueue::read_history(HistoryQuery query) {
  if (!can_ask_for(*ledger_, query.scraper)) return nullptr;
  return std::make_unique<EmbeddedHistoryReader>(ledger_, std::move(query));
}

std::unique_ptr<LabelCounter> EmbeddedQueue::count_by_label(LabelCountQuery query) {
  if (!can_ask_for(*ledger_, query.scraper)) return nullptr;
  return std::make_unique<EmbeddedLabelCounter>(ledger_, std::move(query));
}

std::optional<FoundEvent> EmbeddedQueue::find(const EventId& id) { return find_event(*ledger_, id); }

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
