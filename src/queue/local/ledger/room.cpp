// SPDX-License-Identifier: MIT
#include "queue/local/ledger/room.hpp"

#include <algorithm>

namespace oneshot::queue {

SteadyTime::duration Room::left(SteadyTime now) const noexcept {
  const SteadyTime::duration used = used_ - (now - used_at_) / recovery;
  return patience - std::clamp(used, SteadyTime::duration::zero(), SteadyTime::duration(patience));
}

void Room::want_below(std::uint64_t offset) noexcept {
  wanted_below_.store(std::max(wanted_below(), offset), std::memory_order_relaxed);
}

void Room::refused(SteadyTime now) noexcept {
  if (is_refusing()) return;
  refusing_since_ = now;
  back_at_.store((now + left(now)).time_since_epoch().count(), std::memory_order_relaxed);
}

void Room::made(SteadyTime now) noexcept {
  if (!is_refusing()) return;
  const SteadyTime::duration used = patience - left(refusing_since_) + (now - refusing_since_);
  used_ = std::min(used, SteadyTime::duration(patience));
  used_at_ = now;
  back_at_.store(never, std::memory_order_relaxed);
}

}  // namespace oneshot::queue
