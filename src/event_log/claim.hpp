// SPDX-License-Identifier: MIT
//
// How a place in the log is claimed and filled, for EventLog's own sources alone: for one event (append.cpp) and for
// many (append_all.cpp). event_log.cpp explains the protocol.
#pragma once

#include <algorithm>

#include "base/crash_point.hpp"
#include "event_log/event_log.hpp"

namespace oneshot::event_log {

[[nodiscard]] inline bool is_stored(EventLog::Appended result) noexcept {
  return result == EventLog::Appended::stored || result == EventLog::Appended::stored_above_high_watermark;
}

/// `take_times` is called with the place before each try to claim it; false: the place is not wanted after all. Where
/// there is none, `word` is idle again.
template <class TakeTimes>
EventLog::Claim EventLog::claim(std::atomic<std::uint64_t>& word, std::uint64_t size, TakeTimes take_times) noexcept {
  std::uint64_t used = 0;
  // Acquire: pairs with the claims before ours, so that our time is later than theirs (see Timestamps).
  std::uint64_t tail = tail_.load(std::memory_order_acquire);
  for (;;) {
    // Release: this word may replace the `idle` that published our last record before a reader saw that one.
    word.store(tail, std::memory_order_release);
    crash_point("append.placed");
    // Acquire: pairs with advance_head(); whoever read the bytes that we are going to overwrite is done with
    // them.
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    used = tail + size - head;
    // Signed, since a tail that is no longer true may lie below the head; then the claim fails.
    if (static_cast<std::int64_t>(used) > static_cast<std::int64_t>(ring_.capacity())) {
      const std::uint64_t fresh = tail_.load(std::memory_order_acquire);
      if (fresh != tail) {
        tail = fresh;
        continue;
      }
      word.store(idle, std::memory_order_release);
      return {Appended::no_room};
    }
    if (tail + size > reserved_end_.load(std::memory_order_acquire)) {
      word.store(idle, std::memory_order_release);
      return {Appended::beyond_reserved_end};
    }
    if (!take_times(tail)) {
      word.store(idle, std::memory_order_release);
      return {Appended::too_early};
    }
    // Release: orders the in-flight word before the claim; whoever sees this tail sees that word or a later
    // one. (No test on x86 notices if this is relaxed.) Acquire: as for the first load. And seq_cst, for who goes to
    // sleep when the tail stands still (see Flusher); on x86 it costs nothing more.
    if (tail_.compare_exchange_weak(tail, tail + size, std::memory_order_seq_cst, std::memory_order_acquire)) break;
  }
  crash_point("append.claimed");
  return {above_high_watermark(used) ? Appended::stored_above_high_watermark : Appended::stored, tail};
}

/// The record, whole but not yet published.
inline std::uint64_t EventLog::write(std::uint64_t offset, const event::Event& event, std::uint32_t shape,
                                     std::uint64_t hash, const WriteTimes& times) const noexcept {
  const bool is_dated = times_ != nullptr && event.sent_unix_ms.has_value();
  const std::int64_t unix_ms = is_dated            ? std::max(times.now_ms, times.sample_ms)
                               : times_ != nullptr ? times.sample_ms
                                                   : times.now_ms;
  const bool out_of_order = times_ != nullptr && times_->is_out_of_order(hash, times.sample_ms);
  auto* const record =
      new (ring_.at(offset)) Record{.length_and_flags = shape | (event.value_given ? Record::value_given_flag : 0) |
                                                        (out_of_order ? Record::out_of_order_flag : 0),
                                    .checksum = 0,
                                    .unix_ms = unix_ms,
                                    .value = event.value,
                                    .series_hash = hash};
  if (is_dated) {
    event::Event moved = event;
    moved.sent_unix_ms = times.sample_ms;
    record->write_rest(moved);
  } else {
    record->write_rest(event);
  }
  if (salt_ != 0) record->checksum = record->right_checksum(salt_, offset);
  return RecordId::tag_of(hash, unix_ms);
}

}  // namespace oneshot::event_log
