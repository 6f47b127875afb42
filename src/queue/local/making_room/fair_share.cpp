// SPDX-License-Identifier: MIT
#include "queue/local/making_room/fair_share.hpp"

#include <algorithm>
#include <mutex>

namespace oneshot::queue {
namespace {

// Well over half: of two senders with half each, one is always a little ahead.
constexpr struct { std::uint64_t part = 5, of = 8; } too_much;

}  // namespace

bool FairShare::is_refused(std::uint64_t sender) noexcept {
  if (guarded_.load(std::memory_order_relaxed) != sender) return false;
  const SteadyTime::rep now = ledger_.clock.coarse_steady().time_since_epoch().count();
  if (now < look_at_.load(std::memory_order_relaxed)) return true;
  const std::unique_lock lock(ledger_.mutex, std::try_to_lock);
  return !lock.owns_lock() || is_over(sender);
}

bool FairShare::would_be_over(std::uint64_t sender, std::uint64_t size) const noexcept {
  if (sender == nobody) return false;
  const bool was_guarded = refused() == sender;
  const std::uint64_t tail = ledger_.log.tail();
  const std::uint64_t used = tail - std::min(tail, ledger_.table.lowest_to_be_sent().bytes);
  const bool may_go_on = was_guarded && drop_oldest_ ? used <= ledger_.log.capacity() / 8 * 7
                                                     : !ledger_.log.above_high_watermark(used + size);
  return !may_go_on && has_too_much(sender) && (!drop_oldest_ || others_would_lose(sender));
}

bool FairShare::is_over(std::uint64_t sender, std::uint64_t size) noexcept {
  const bool over = would_be_over(sender, size);
  if (over) {
    guarded_.store(sender, std::memory_order_relaxed);
    look_at_.store((ledger_.clock.coarse_steady() + look_step).time_since_epoch().count(), std::memory_order_relaxed);
  } else if (sender != nobody && refused() == sender) {
    guarded_.store(nobody, std::memory_order_relaxed);
  }
  return over;
}

bool FairShare::has_too_much(std::uint64_t sender) const noexcept {
  const Shares::Part part = ledger_.shares.part_of(sender, ledger_.table.lowest_to_be_sent().bytes, ledger_.log.tail());
  return part.own / too_much.part > part.all / too_much.of;
}

bool FairShare::others_would_lose(std::uint64_t sender) const noexcept {
  const event_log::Offset oldest = ledger_.table.lowest_to_be_sent();
  const std::uint64_t end = std::min(oldest.bytes + ledger_.log.capacity() / Room::step_part, ledger_.readable_end());
  const Shares::Part part = ledger_.shares.part_of(sender, oldest.bytes, end);
  return part.own < part.all && is_young(oldest, end);
}

bool FairShare::is_young(event_log::Offset oldest, std::uint64_t end) const noexcept {
  std::int64_t stored_ms = 0;
  bool found = false;
  ledger_.log.walk(oldest, end, [&](const event_log::Record& record) {
    if (record.is_padding()) return false;
    stored_ms = ledger_.clock_steps.time_of(oldest.bytes, record.unix_ms);
    return found = true;
  });
  return found && ledger_.clock.coarse_unix_ms() - stored_ms < std::chrono::milliseconds(kept_for).count();
}

}  // namespace oneshot::queue
