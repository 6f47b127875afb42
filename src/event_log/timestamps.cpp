// SPDX-License-Identifier: MIT
#include "event_log/timestamps.hpp"

#include <algorithm>

namespace oneshot::event_log {

Timestamps::Now Timestamps::now() const noexcept {
  const std::uint16_t epoch =
      epoch_.load(std::memory_order_acquire);  // before the clock: then it is of this epoch or later
  return {.unix_ms = std::max<std::int64_t>(clock_.unix_ms(), 0), .epoch = epoch};
}

std::int64_t Timestamps::nearest_to(std::int64_t sent, std::int64_t now_ms) const noexcept {
  const std::int64_t oldest =
      std::max(now_ms - oldest_sent_ms_.load(std::memory_order_relaxed), known_since_.load(std::memory_order_relaxed));
  return std::clamp(sent, std::min(oldest, now_ms), now_ms);
}

/// Moves a series from its last time to `last_after(that time)`, unless what it holds is `held`.
template <class LastAfter>
std::int64_t Timestamps::advance(std::uint64_t series_hash, Now& now, std::int64_t held,
                                 LastAfter last_after) noexcept {
  note(now);
  for (;;) {
    const SeriesTimes::Epoch epoch{now.epoch, back_ms_.load(std::memory_order_relaxed)};
    const SeriesTimes::Seen seen = last_.find(series_hash, epoch);
    if (seen.epoch_is_over) {
      now = this->now();  // acquire: whoever wrote that word had seen its epoch
      note(now);
      held = 0;
      continue;
    }
    // With two entries of one time somebody else may have given it too, and above the floor ours was not replaced.
    if (held != 0 && held == seen.time && seen.entries == 1 && seen.floor < held) return held;
    const std::int64_t mine = last_after(seen.time);
    if (mine == too_early || last_.set(series_hash, seen, epoch, mine)) return mine;
  }
}

std::int64_t Timestamps::next(std::uint64_t series_hash, Now& now, std::int64_t held, std::optional<std::int64_t> sent,
                              Bound bound) noexcept {
  return advance(series_hash, now, held, [&](std::int64_t last) {
    const std::int64_t time = std::max(wanted(now, sent), last + 1);
    return time > latest_allowed(now, bound) ? too_early : time;
  });
}

bool Timestamps::next_all(std::uint64_t series_hash, Now& now, std::span<Wish> wishes, Bound bound) noexcept {
  const std::int64_t given = advance(series_hash, now, wishes.back().given, [&](std::int64_t last) {
    const std::int64_t latest = latest_allowed(now, bound);
    for (Wish& wish : wishes) {
      last = std::max(wanted(now, wish.sent), last + 1);
      wish.given = last > latest ? too_early : last;
    }
    return wishes.back().given;
  });
  return given != too_early;
}

void Timestamps::remember(std::uint64_t series_hash, std::int64_t time) noexcept {
  remembered_.store(std::max(remembered_.load(std::memory_order_relaxed), time), std::memory_order_relaxed);
  constexpr SeriesTimes::Epoch first{0, 0};
  const SeriesTimes::Seen seen = last_.find(series_hash, first);
  if (!seen.known || time > seen.time) last_.set(series_hash, seen, first, time);
}

// A load for nearly all events: it changes once a millisecond. Words of a later epoch are the larger ones.
void Timestamps::note(const Now& now) noexcept {
  const std::uint64_t word = std::uint64_t{now.epoch} << time_bits | static_cast<std::uint64_t>(now.unix_ms);
  std::uint64_t seen = latest_now_.load(std::memory_order_relaxed);
  while (seen < word && !latest_now_.compare_exchange_weak(seen, word, std::memory_order_relaxed)) {
  }
}

std::int64_t Timestamps::begin_epoch(std::int64_t back_ms) {
  if (kept_ == nullptr) kept_ = std::make_unique<Earlier>();
  const std::uint16_t epoch = epoch_.load(std::memory_order_relaxed);
  const SeriesTimes::Epoch ends{epoch, back_ms_.load(std::memory_order_relaxed)};
  for (std::size_t i = 0; i < kept_->size(); ++i) {
    // What the clock was past already counts again where it is set back once more.
    const std::int64_t last = std::max((*kept_)[i].load(std::memory_order_relaxed), last_.restate(i, ends));
    (*kept_)[i].store(last, std::memory_order_relaxed);
    latest_ = std::max(latest_, last);
  }
  earlier_.store(kept_.get(), std::memory_order_release);  // the times are filled; pairs with is_out_of_order()
  known_since_.store(std::max(known_since_.load(std::memory_order_relaxed), latest_ + 1), std::memory_order_relaxed);
  remembered_.store(remembered_.load(std::memory_order_relaxed) - back_ms, std::memory_order_relaxed);
  back_ms_.store(back_ms, std::memory_order_relaxed);
  epoch_.store(static_cast<std::uint16_t>(epoch + 1), std::memory_order_release);
  return latest_;
}

}  // namespace oneshot::event_log
