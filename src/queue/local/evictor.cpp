// SPDX-License-Identifier: MIT
#include "queue/local/evictor.hpp"

#include <algorithm>
#include <mutex>

#include "base/crash_point.hpp"

namespace oneshot::queue {

bool Evictor::evict(std::uint64_t needed_head) noexcept {
  const std::unique_lock lock(ledger_.mutex, std::try_to_lock);
  return lock.owns_lock() && evict_locked(needed_head);
}

void Evictor::evict_if_due() noexcept {
  const std::uint64_t tail = ledger_.log.tail();
  if (tail < next_check_.load(std::memory_order_relaxed)) return;
  next_check_.store(tail + ledger_.log.capacity() / 256, std::memory_order_relaxed);
  evict(0);
}

bool Evictor::evict_locked(std::uint64_t needed_head) noexcept {
  event_log::EventLog& log = ledger_.log;
  ScraperTable& table = ledger_.table;
  const auto enough = [&] { return log.head() >= needed_head && !log.above_high_watermark(log.tail() - log.head()); };
  advance_head_if_free();
  if (enough()) return true;

  // Reading goes on: nothing beyond the lowest lease can be overwritten.
  const std::uint64_t wanted = std::max(log.head() + log.capacity() / 64, needed_head);
  const std::uint64_t end = std::min(ledger_.readable_end(), table.lowest_lease());
  event_log::Offset target = table.lowest_needed();
  log.walk(target, end, [&](const event_log::Record&) { return target.bytes >= wanted; });
  table.advance_counted_end(target);

  table.yield_hold(target);
  table.yield_kept(target);
  advance_head_if_free();
  if (enough() || !drop_oldest_) return log.head() >= needed_head;
  table.evict_before(target);
  crash_point("room.made");
  advance_head_if_free();
  return log.head() >= needed_head;
}

// No memory is given back here: what becomes free is written again at once.
void Evictor::advance_head_if_free() noexcept {
  ledger_.log.advance_head(std::max(ledger_.table.free_until(), ledger_.log.head()));
}

}  // namespace oneshot::queue
