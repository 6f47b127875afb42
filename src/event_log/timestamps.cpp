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

/// Moves a word from its time to `last_after(that time)`, unless what it holds is `held`.
template <class LastAfter>
std::int64_t Timestamps::advance(std::uint64_t series_hash, Now& now, std::int64_t held,
                                 LastAfter last_after) noexcept {
  note(now);
  std::atomic<std::uint64_t>& last = words_[place(series_hash)];
  std::uint64_t seen = last.load(std::memory_order_acquire);
  for (;;) {
    const std::uint16_t seen_epoch = epoch_of(seen);
    if (static_cast<std::int16_t>(seen_epoch - now.epoch) > 0) {
      now = this->now();  // acquire: whoever wrote that word had seen its epoch
      note(now);
      held = 0;
      continue;
    }
    const std::int64_t seen_time = seen_epoch == now.epoch ? time_in(seen) : restated(seen);
    if (held != 0 && held == seen_time) return held;
    const std::int64_t mine = last_after(seen_time);
    if (last.compare_exchange_weak(seen, word_of(now.epoch, mine), std::memory_order_acq_rel,
                                   std::memory_order_acquire))
      return mine;
  }
}

std::int64_t Timestamps::next(std::uint64_t series_hash, Now& now, std::int64_t held,
                              std::optional<std::int64_t> sent) noexcept {
  return advance(series_hash, now, held, [&](std::int64_t last) { return std::max(wanted(now, sent), last + 1); });
}

void Timestamps::next_all(std::uint64_t series_hash, Now& now, std::span<Wish> wishes) noexcept {
  advance(series_hash, now, wishes.back().given, [&](std::int64_t last) {
    for (Wish& wish : wishes) wish.given = last = std::max(wanted(now, wish.sent), last + 1);
    return last;
  });
}

// A load for nearly all events: it changes once a millisecond. Words of a later epoch are the larger ones.
void Timestamps::note(const Now& now) noexcept {
  const std::uint64_t word = word_of(now.epoch, now.unix_ms);
  std::uint64_t seen = latest_now_.load(std::memory_order_relaxed);
  while (seen < word && !latest_now_.compare_exchange_weak(seen, word, std::memory_order_relaxed)) {
  }
}

std::int64_t Timestamps::begin_epoch(std::int64_t back_ms) {
  if (kept_ == nullptr) kept_ = std::make_unique<Words>();
  const std::uint16_t epoch = epoch_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::uint64_t word = words_[i].load(std::memory_order_relaxed);
    if (epoch_of(word) != epoch) {  // or it would be two epochs behind
      const std::uint64_t now = word_of(epoch, restated(word));
      if (words_[i].compare_exchange_strong(word, now, std::memory_order_acq_rel)) word = now;
    }
    // What the clock was past already counts again where it is set back once more.
    const std::int64_t last = std::max((*kept_)[i].load(std::memory_order_relaxed), time_in(word));
    (*kept_)[i].store(last, std::memory_order_relaxed);
    latest_ = std::max(latest_, last);
  }
  earlier_.store(kept_.get(), std::memory_order_release);  // the words are filled; pairs with is_out_of_order()
  known_since_.store(std::max(known_since_.load(std::memory_order_relaxed), latest_ + 1), std::memory_order_relaxed);
  back_ms_.store(back_ms, std::memory_order_relaxed);
  epoch_.store(static_cast<std::uint16_t>(epoch + 1), std::memory_order_release);
  return latest_;
}

}  // namespace oneshot::event_log
