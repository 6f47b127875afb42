// SPDX-License-Identifier: MIT
#include "queue/local/making_room/evictor.hpp"

#include <algorithm>
#include <limits>
#include <mutex>

#include "base/crash_point.hpp"
#include "queue/local/making_room/retention.hpp"

namespace oneshot::queue {
namespace {

constexpr std::uint64_t notice_part = 16;  // of the log: so far ahead readers are asked to be quick

// No memory is given back here: what becomes free is written again at once.
void advance_head_if_free(Ledger& ledger) noexcept {
  ledger.log.advance_head(std::max(ledger.table.free_until(), ledger.log.head()));
}

bool has_enough(const event_log::EventLog& log, std::uint64_t needed_head) noexcept {
  return log.head() >= needed_head && !log.above_high_watermark(log.tail() - log.head());
}

bool try_to_make_room(Ledger& ledger, std::uint64_t needed_head, bool drop_oldest) noexcept {
  event_log::EventLog& log = ledger.log;
  ScraperTable& table = ledger.table;
  advance_head_if_free(ledger);
  while (!has_enough(log, needed_head) && yield_history(ledger, needed_head)) advance_head_if_free(ledger);
  if (has_enough(log, needed_head)) return true;

  // Reading goes on: nothing beyond the lowest lease can be overwritten.
  const std::uint64_t wanted = std::max(log.head() + log.capacity() / Room::step_part, needed_head);
  const std::uint64_t end = std::min(ledger.readable_end(), table.lowest_lease());
  event_log::Offset target = table.lowest_needed();
  log.walk(target, end, [&](const event_log::Record&) { return target.bytes >= wanted; });
  table.advance_counted_end(target);

  table.history().yield_to(target);  // or it would keep what the others let go of
  table.yield_hold(target);
  table.yield_kept(target);
  advance_head_if_free(ledger);
  if (has_enough(log, needed_head) || !drop_oldest) return log.head() >= needed_head;
  table.evict_before(target);
  crash_point("room.made");
  advance_head_if_free(ledger);
  return log.head() >= needed_head;
}

/// Up to where only leases keep anything. With reject what scrapers have not got is not to be had, whoever reads it.
std::uint64_t most_to_be_had(const ScraperTable& table, bool drop_oldest) noexcept {
  return drop_oldest ? std::numeric_limits<std::uint64_t>::max() : table.lowest_to_be_sent().bytes;
}

}  // namespace

bool make_room(Ledger& ledger, std::uint64_t needed_head, bool drop_oldest) noexcept {
  const event_log::EventLog& log = ledger.log;
  const std::uint64_t before = log.head();
  const bool made = try_to_make_room(ledger, needed_head, drop_oldest);
  const bool enough = has_enough(log, needed_head);
  if (enough && !ledger.room.is_refusing()) return made;

  const SteadyTime now = ledger.clock.steady();
  if (enough || log.head() > before) ledger.room.made(now);
  if (enough) return made;
  const std::uint64_t most = most_to_be_had(ledger.table, drop_oldest);
  ledger.room.want_below(std::min(most, std::max(log.head() + log.capacity() / notice_part, needed_head)));
  if (!made && ledger.table.lowest_lease() < std::min(most, needed_head)) ledger.room.refused(now);
  return made;
}

bool Evictor::evict(std::uint64_t needed_head, std::uint64_t sender, std::uint64_t size) noexcept {
  const std::unique_lock lock(ledger_.mutex, std::try_to_lock);
  if (!lock.owns_lock()) return false;
  if (!fair_share_.is_over(sender, size)) return make_room(ledger_, needed_head, drop_oldest_);
  advance_head_if_free(ledger_);
  return ledger_.log.head() >= needed_head;
}

void Evictor::evict_if_due(std::uint64_t sender) noexcept {
  const std::uint64_t tail = ledger_.log.tail();
  if (tail < next_check_.load(std::memory_order_relaxed)) return;
  next_check_.store(tail + ledger_.log.capacity() / 256, std::memory_order_relaxed);
  evict(0, sender);
}

}  // namespace oneshot::queue
