// SPDX-License-Identifier: MIT
//
// The protocol. An offset is an absolute byte offset that never wraps. [head, tail) is in use.
//
// - Append: write down where the tail stands in this thread's in-flight word, see that there is room up to the head,
//   claim the place by moving the tail, write the record, set the word to idle, which publishes it. Many events take
//   one claim, and their records are written in order; a word beside the first says where the claim ends. What has a
//   key is published by its caller, once the key is noted.
// - Read: everything below the tail and below all in-flight words is whole. A thread that stalls between claim and
//   publishing holds back what came after it from readers, never from other appenders.
// - In a file: no record ends beyond the reserved end, which the file knows. Checksums say later which records are
//   whole; the in-flight words, which lie in the file too, say which ones were never finished.
// - Give back: the evictor and the housekeeping, which know the readers, raise the head. Nothing is zeroed. Nobody may
//   read a header at or above published_end(): in a full ring those bytes are the oldest record.
#include "event_log/event_log.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace oneshot::event_log {

EventLog::EventLog(Ring ring, const Start& start, unsigned appenders, const Clock& clock, bool explicit_timestamps)
    : clock_(clock),
      ring_(std::move(ring)),
      times_(explicit_timestamps ? std::make_unique<Timestamps>(clock) : nullptr),
      written_next_(start.end),
      own_in_flight_(start.in_flight.empty() ? appenders : 0),
      in_flight_(start.in_flight.empty() ? std::span(own_in_flight_) : start.in_flight.first(appenders)),
      salt_(start.salt),
      seed_(start.salt != 0 ? Seed{start.salt} : random_seed()),
      tail_(start.end),
      head_(start.begin),
      reserved_end_(start.reserved_end),
      durable_end_(start.only_durable ? start.end : no_limit) {
  if (start.reserved_end != no_limit) ring_.expect(Ring::Use::writing, start.end, start.reserved_end);
}

void EventLog::raise_reserved_end(std::uint64_t offset) noexcept {
  const std::uint64_t written = tail();
  ring_.expect(Ring::Use::reading, std::exchange(written_next_, written), written);
  ring_.expect(Ring::Use::writing, reserved_end(), offset);
  reserved_end_.store(offset, std::memory_order_release);
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

void EventLog::make_padding(std::uint64_t begin, std::uint64_t end) noexcept {
  assert(end - begin <= Record::max_padding);
  write_padding_record(ring_.at(begin), salt_, begin, end - begin);
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

void EventLog::release_memory(std::uint64_t from, std::uint64_t to) const noexcept {
  const std::uint64_t page = Ring::page_size();
  const std::uint64_t written_again = tail() - std::min(tail(), capacity());
  const std::uint64_t first = (std::max(from, written_again) + page - 1) / page * page;
  ring_.give_back(first, std::max(first, std::min(to, head()) / page * page));
}

}  // namespace oneshot::event_log
