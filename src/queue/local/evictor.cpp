// SPDX-License-Identifier: MIT
//
// What happens when the log fills up. The thread that finds it so tries the lock; if somebody else has it,
// others go on in the last sixteenth of the log. First the gate is brought up to date, then the startup hold
// yields, and then, with drop_oldest, the oldest events go: one walk over 1/64 of the log for all scrapers
// together.
#include <algorithm>
#include <mutex>

#include "base/crash_point.hpp"
#include "queue/local/state.hpp"
#include "queue/queue_manager.hpp"

namespace oneshot::queue {

bool QueueManager::State::evict(std::uint64_t needed_head) noexcept {
  const std::unique_lock lock(mutex, std::try_to_lock);
  return lock.owns_lock() && evict_locked(needed_head);
}

void QueueManager::State::evict_if_due() noexcept {
  const std::uint64_t tail = log.tail();
  if (tail < next_eviction_check.load(std::memory_order_relaxed)) return;
  next_eviction_check.store(tail + log.capacity() / 256, std::memory_order_relaxed);
  evict(0);
}

bool QueueManager::State::evict_locked(std::uint64_t needed_head) noexcept {
  const auto enough = [&] { return log.head() >= needed_head && !log.above_high_watermark(log.tail() - log.head()); };
  advance_head_if_free();
  if (enough()) return true;

  // Whoever reads goes on reading: nothing beyond the lowest lease can be overwritten.
  const std::uint64_t wanted = std::max(log.head() + log.capacity() / 64, needed_head);
  const std::uint64_t end = std::min(readable_end(), table.lowest_lease());
  event_log::Offset target = table.lowest_needed();
  log.walk(target, end, [&](const event_log::Record&) { return target.bytes >= wanted; });
  table.advance_counted_end(target);

  table.yield_hold(target);
  advance_head_if_free();
  if (enough() || !drop_oldest) return log.head() >= needed_head;
  table.evict_before(target);
  crash_point("room.made");
  advance_head_if_free();
  return log.head() >= needed_head;
}

/// No memory is given back here: what becomes free is written again at once.
void QueueManager::State::advance_head_if_free() noexcept {
  log.advance_head(std::max(table.free_until(), log.head()));
}

}  // namespace oneshot::queue
