// SPDX-License-Identifier: MIT
// What an EmbeddedQueue shows of its log after delivery, and what an operator changes.
#include <utility>

#include "queue/local/embedded_queue.hpp"

namespace oneshot::queue {

std::unique_ptr<HistoryReader> EmbeddedQueue::read_history(HistoryQuery) { return nullptr; }
std::unique_ptr<LabelCounter> EmbeddedQueue::count_by_label(LabelCountQuery) { return nullptr; }
std::optional<FoundEvent> EmbeddedQueue::find(const EventId&) { return std::nullopt; }
void EmbeddedQueue::note_sender(std::span<const EventId>, const Sender&) {}
bool EmbeddedQueue::keeps_senders() const noexcept { return false; }

asio::awaitable<Changed> EmbeddedQueue::replay(std::string, std::int64_t, delivery::Waiting&) {
  co_return Changed{.what = Changed::What::unknown};
}
asio::awaitable<Changed> EmbeddedQueue::skip(std::string, delivery::Waiting&) {
  co_return Changed{.what = Changed::What::unknown};
}
asio::awaitable<Changed> EmbeddedQueue::forget(std::string, delivery::Waiting&) {
  co_return Changed{.what = Changed::What::unknown};
}

}  // namespace oneshot::queue
