// SPDX-License-Identifier: MIT
#include "event_log/series_times.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace oneshot::event_log {
namespace {

// A word: 12 bits of tag, the lower 8 of the epoch, 44 of time, which is enough until 2527. Zero: nothing.
constexpr unsigned time_bits = 44;
constexpr unsigned epoch_bits = 8;
constexpr unsigned tag_bits = 12;
static_assert(tag_bits + epoch_bits + time_bits == 64);
static_assert(tag_bits + 16 == SeriesTimes::key_bits);

std::int64_t time_in(std::uint64_t word) noexcept {
  return static_cast<std::int64_t>(word & ((std::uint64_t{1} << time_bits) - 1));
}
std::uint8_t epoch_in(std::uint64_t word) noexcept { return static_cast<std::uint8_t>(word >> time_bits); }
std::uint64_t tag_in(std::uint64_t word) noexcept { return word >> (time_bits + epoch_bits); }

std::uint64_t tag_of(std::uint64_t series_hash) noexcept {
  return SeriesTimes::key(series_hash) & ((std::uint64_t{1} << tag_bits) - 1);
}

std::uint64_t word_of(std::uint64_t tag, std::uint16_t epoch, std::int64_t time) noexcept {
  return tag << (time_bits + epoch_bits) | std::uint64_t{static_cast<std::uint8_t>(epoch)} << time_bits |
         static_cast<std::uint64_t>(std::max<std::int64_t>(time, 1));
}

/// Negative: of an earlier epoch. Nothing is of every epoch.
int apart(std::uint64_t word, const SeriesTimes::Epoch& epoch) noexcept {
  if (word == 0) return 0;
  return static_cast<std::int8_t>(epoch_in(word) - static_cast<std::uint8_t>(epoch.number));
}

/// Two epochs behind is only what a thread wrote into an empty place that was held up for so long: restate() leaves no
/// such word, and that thread takes its time anew. So it is none.
std::int64_t time_by(std::uint64_t word, const SeriesTimes::Epoch& epoch) noexcept {
  const int behind = -apart(word, epoch);
  if (behind > 1) return 0;
  return behind == 1 ? time_in(word) - epoch.back_ms : time_in(word);
}

}  // namespace

SeriesTimes::SeriesTimes() : memory_(std::calloc(places + 1, sizeof(Set))), sets_(nullptr) {
  void* begin = memory_;
  std::size_t size = (places + 1) * sizeof(Set);
  if (memory_ == nullptr || std::align(alignof(Set), places * sizeof(Set), begin, size) == nullptr)
    throw std::bad_alloc();
  sets_ = static_cast<Set*>(begin);  // zeros are words
}

SeriesTimes::Seen SeriesTimes::find(std::uint64_t series_hash, const Epoch& epoch) const noexcept {
  Set& set = sets_[place(series_hash)];
  const std::uint64_t tag = tag_of(series_hash);
  Seen own;
  Seen oldest{.time = std::numeric_limits<std::int64_t>::max()};  // or the first that is empty
  for (std::atomic<std::uint64_t>& entry : set.entries) {
    const std::uint64_t word = entry.load(std::memory_order_acquire);
    if (apart(word, epoch) > 0) return {.epoch_is_over = true};
    const std::int64_t time = time_by(word, epoch);
    if (word != 0 && tag_in(word) == tag) {
      if (own.known && time == own.time) ++own.entries;
      if (own.known && time <= own.time) continue;
      own = {.time = time, .entries = 1, .at = &entry, .word = word, .known = true};
    } else if (const std::int64_t order = word == 0 ? std::numeric_limits<std::int64_t>::min() : time;
               order < oldest.time) {
      oldest = {.time = order, .at = &entry, .word = word};
    }
  }
  // Behind the entries: what an entry was replaced for shows there, if the entry was not seen.
  const std::uint64_t floor = set.floor.load(std::memory_order_acquire);
  if (apart(floor, epoch) > 0) return {.epoch_is_over = true};
  Seen& seen = own.known ? own : oldest;
  seen.floor = time_by(floor, epoch);
  if (!own.known) seen.time = seen.floor;
  return seen;
}

bool SeriesTimes::set(std::uint64_t series_hash, const Seen& seen, const Epoch& epoch, std::int64_t time) noexcept {
  // Before the entry goes: whoever does not see it any more sees the floor.
  if (!seen.known && !raise_floor(sets_[place(series_hash)], epoch, time_by(seen.word, epoch))) return false;
  std::uint64_t expected = seen.word;
  return seen.at->compare_exchange_strong(expected, word_of(tag_of(series_hash), epoch.number, time),
                                          std::memory_order_acq_rel, std::memory_order_acquire);
}

/// False: the floor is of a later epoch.
bool SeriesTimes::raise_floor(Set& set, const Epoch& epoch, std::int64_t time) noexcept {
  std::uint64_t word = set.floor.load(std::memory_order_acquire);
  while (apart(word, epoch) <= 0) {
    if (time_by(word, epoch) >= time) return true;
    if (set.floor.compare_exchange_weak(word, word_of(0, epoch.number, time), std::memory_order_acq_rel,
                                        std::memory_order_acquire))
      return true;
  }
  return false;
}

std::int64_t SeriesTimes::restate(std::size_t place, const Epoch& epoch) noexcept {
  Set& set = sets_[place];
  std::int64_t latest = 0;
  const auto restate_word = [&](std::atomic<std::uint64_t>& place_of_word) {
    std::uint64_t word = place_of_word.load(std::memory_order_relaxed);
    if (word == 0) return;
    if (apart(word, epoch) < 0) {
      const std::uint64_t now = word_of(tag_in(word), epoch.number, time_by(word, epoch));
      if (place_of_word.compare_exchange_strong(word, now, std::memory_order_acq_rel)) word = now;
    }
    latest = std::max(latest, time_in(word));
  };
  restate_word(set.floor);
  for (std::atomic<std::uint64_t>& entry : set.entries) restate_word(entry);
  return latest;
}

}  // namespace oneshot::event_log
