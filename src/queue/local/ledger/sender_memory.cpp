// SPDX-License-Identifier: MIT
#include "queue/local/ledger/sender_memory.hpp"

#include <algorithm>

namespace oneshot::queue {

void SenderMemory::turn(bool on) {
  const std::lock_guard lock(mutex_);
  on_.store(on, std::memory_order_relaxed);
  if (on) return;
  entries_.clear();
  entries_.shrink_to_fit();
  senders_.clear();
}

// Events of several threads come a little out of order: the place is near the end.
void SenderMemory::note(std::span<const EventId> events, const Sender& sender) {
  const std::lock_guard lock(mutex_);
  if (!is_on()) return;
  for (const EventId& event : events) {
    if (event.is_none()) continue;
    if (entries_.size() == most_events) forget_oldest();
    auto known = senders_.find(sender);
    if (known == senders_.end() && senders_.size() == most_senders) return;
    if (known == senders_.end()) known = senders_.emplace(sender, 0).first;
    ++known->second;
    auto at = entries_.end();
    while (at != entries_.begin() && (at - 1)->place > event.place) --at;
    entries_.insert(at, {event.place, known});
  }
}

void SenderMemory::forget_oldest() {
  const Senders::iterator sender = entries_.front().sender;
  entries_.pop_front();
  if (--sender->second == 0) senders_.erase(sender);
}

std::optional<Sender> SenderMemory::of(const EventId& event) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::lower_bound(entries_, event.place, {}, &Entry::place);
  if (found == entries_.end() || found->place != event.place) return std::nullopt;
  return found->sender->first;
}

}  // namespace oneshot::queue
