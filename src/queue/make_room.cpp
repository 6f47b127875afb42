// SPDX-License-Identifier: MIT
//
// What happens when the log fills up. The thread that finds it so tries the lock; if somebody else has it,
// others go on in the last sixteenth of the log. First the gate is brought up to date, then the startup hold
// yields, and then, with drop_oldest, the oldest events go: one walk over 1/64 of the log for all scrapers
// together.
#include <algorithm>
#include <mutex>

#include "base/crash_point.hpp"
#include "queue/queue_manager.hpp"
#include "queue/state.hpp"

namespace oneshot::queue {

bool QueueManager::State::make_room(std::uint64_t needed_gate) noexcept {
  const std::unique_lock lock(mutex, std::try_to_lock);
  return lock.owns_lock() && make_room_locked(needed_gate);
}

void QueueManager::State::look_for_room() noexcept {
  const std::uint64_t tail = log.tail();
  if (tail < next_room_check.load(std::memory_order_relaxed)) return;
  next_room_check.store(tail + log.capacity() / 256, std::memory_order_relaxed);
  make_room(0);
}

bool QueueManager::State::make_room_locked(std::uint64_t needed_gate) noexcept {
  const auto enough = [&] { return log.gate() >= needed_gate && !log.crowded(log.tail() - log.gate()); };
  open_gate();
  if (enough()) return true;

  // Whoever reads goes on reading: nothing beyond the lowest lease can be overwritten.
  const std::uint64_t wanted = std::max(log.gate() + log.capacity() / 64, needed_gate);
  const std::uint64_t end = std::min(readable_end(), table.lowest_lease());
  Mark target = table.lowest_claim();
  log.walk(target, end, [&](const RecordHeader&) { return target.position >= wanted; });
  table.reach(target);

  table.yield_hold(target);
  open_gate();
  if (enough() || !drop_oldest) return log.gate() >= needed_gate;
  table.drop_before(target);
  crash_point("room.made");
  open_gate();
  return log.gate() >= needed_gate;
}

/// No memory is given back here: what becomes free is written again at once.
void QueueManager::State::open_gate() noexcept { log.raise_gate(std::max(table.free_until(), log.gate())); }

}  // namespace oneshot::queue
