// SPDX-License-Identifier: MIT
//
// The protocol. An offset is an absolute byte offset that never wraps. [head, tail) is in use.
//
// - Append: write down where the tail stands in this thread's in-flight word, see that there is room up to the head,
//   claim the place by moving the tail, write the record, set the word to idle, which publishes it.
// - Read: everything below the tail and below all in-flight words is whole. A thread that stalls between claim and
//   publishing holds back what came after it from readers, never from other appenders.
// - In a file: no record ends beyond the reserved end, which the file knows. Checksums say later which records are
//   whole; the in-flight words, which lie in the file too, say which ones were never finished.
// - Give back: the evictor and the housekeeping, which know the readers, raise the head. Nothing is zeroed. Nobody may
//   read a header at or above published_end(): in a full ring those bytes are the oldest record.
#include "event_log/event_log.hpp"

#include <algorithm>
#include <cassert>

#include "base/crash_point.hpp"
#include "base/hash.hpp"

namespace oneshot::event_log {

EventLog::EventLog(Ring ring, const Start& start, unsigned appenders, const Clock& clock, bool ascending_times)
    : clock_(clock),
      ring_(std::move(ring)),
      times_(ascending_times ? std::make_unique<Timestamps>(clock) : nullptr),
      own_in_flight_(start.in_flight.empty() ? appenders : 0),
      in_flight_(start.in_flight.empty() ? std::span(own_in_flight_) : start.in_flight.first(appenders)),
      salt_(start.salt),
      seed_(start.salt != 0 ? Seed{start.salt} : random_seed()),
      tail_(start.end),
      head_(start.begin),
      reserved_end_(start.reserved_end),
      durable_end_(start.only_durable ? start.end : no_limit) {}

EventLog::Appended EventLog::append(unsigned appender, const event::Event& event, std::uint64_t& offset,
                                    bool clock_checked) noexcept {
  assert(appender < in_flight_.size() && event.labels.size() + event.metric.size() < Record::max_length);
  const std::uint32_t shape = Record::shape_of(event);
  const std::uint64_t size = Record::size_for(shape);
  const std::uint64_t hash = series_hash(event.metric, event.labels, seed_);
  std::atomic<std::uint64_t>& word = in_flight_[appender].offset;

  Timestamps::Now now = times_ != nullptr ? times_->now() : Timestamps::Now{clock_.coarse_unix_ms(), 0};
  // So that no event is stored by another clock than those before it without its place being known.
  if (times_ != nullptr && !clock_checked && times_->may_have_stepped(now)) return Appended::clock_unchecked;
  std::int64_t time = 0;
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
      return Appended::no_room;
    }
    if (tail + size > reserved_end_.load(std::memory_order_acquire)) {
      word.store(idle, std::memory_order_release);
      return Appended::beyond_reserved_end;
    }
    if (times_ != nullptr) time = times_->next(hash, now, time);
    // Release: orders the in-flight word before the claim; whoever sees this tail sees that word or a later
    // one. (No test on x86 notices if this is relaxed.) Acquire: as for the first load. And seq_cst, for who goes to
    // sleep when the tail stands still (see Flusher); on x86 it costs nothing more.
    if (tail_.compare_exchange_weak(tail, tail + size, std::memory_order_seq_cst, std::memory_order_acquire)) break;
  }
  crash_point("append.claimed");
  // The claim is ordered against begin_epoch(): either the place is below the tail that begin_epoch() found, or the new
  // epoch shows.
  if (times_ != nullptr && times_->is_past(now)) {
    now = times_->now();
    time = times_->next(hash, now, 0);
  }

  std::byte* place = ring_.at(tail);
  const bool out_of_order = times_ != nullptr && times_->is_out_of_order(hash, time);
  auto* const record =
      new (place) Record{.length_and_flags = shape | (event.value_given ? Record::value_given_flag : 0) |
                                             (out_of_order ? Record::out_of_order_flag : 0),
                         .checksum = 0,
                         .unix_ms = times_ != nullptr ? time : now.unix_ms,
                         .value = event.value,
                         .series_hash = hash};
  record->write_rest(event);
  if (salt_ != 0) record->checksum = record->right_checksum(salt_, tail);
  offset = tail;
  crash_point("append.written");
  // Release: publishes the record; pairs with published_end().
  word.store(idle, std::memory_order_release);
  crash_point("append.published");
  return above_high_watermark(used) ? Appended::stored_above_high_watermark : Appended::stored;
}

EventLog::Epoch EventLog::begin_epoch(std::int64_t back_ms) {
  const std::int64_t latest = times_->begin_epoch(back_ms);
  // Not a mere load: with a read-modify-write each claim comes either before it, or after it and then sees the epoch.
  return {.begin = tail_.fetch_add(0, std::memory_order_acq_rel), .latest = latest};
}

std::uint64_t EventLog::whole_end() const noexcept {
  // The tail before the words, both acquire: then every record below this tail is either still in its
  // thread's word, which lowers the end, or was published before we looked at that word.
  std::uint64_t end = tail_.load(std::memory_order_acquire);
  for (const InFlightWord& in_flight : in_flight_) {
    end = std::min(end, in_flight.offset.load(std::memory_order_acquire));
  }
  return end;
}

void EventLog::make_padding(std::uint64_t offset) noexcept {
  write_padding_record(ring_.at(offset), salt_, offset, record_at(offset).size());
}

void EventLog::advance_head(std::uint64_t offset) noexcept {
  assert(offset >= head() && offset <= tail());
  head_.store(offset, std::memory_order_release);  // all reading below it is done; pairs with append()
}

void EventLog::advance_head_and_release_memory(std::uint64_t offset) noexcept {
  // The page in which the head stands is left alone: its first part may have been written again already.
  const std::uint64_t page = Ring::page_size();
  const std::uint64_t first = (head() + page - 1) / page * page;
  ring_.give_back(first, std::max(first, offset));
  advance_head(offset);
}

}  // namespace oneshot::event_log
