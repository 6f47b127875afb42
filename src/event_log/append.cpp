// SPDX-License-Identifier: MIT
#include <cassert>

#include "base/crash_point.hpp"
#include "event_log/claim.hpp"
#include "event_log/event_log.hpp"

namespace oneshot::event_log {

EventLog::Appended EventLog::append(unsigned appender, const event::Event& event, RecordId& id,
                                    bool clock_checked) noexcept {
  assert(appender < in_flight_.size() && event.labels.size() + event.metric.size() < Record::max_length);
  const std::uint32_t shape = Record::shape_of(event);
  const std::uint64_t hash = series_hash_of(event);
  std::atomic<std::uint64_t>& word = in_flight_[appender].offset;

  Timestamps::Now now = times_ != nullptr ? times_->now() : Timestamps::Now{clock_.coarse_unix_ms(), 0};
  // So that no event is stored by another clock than those before it without its place being known.
  if (times_ != nullptr && !clock_checked && times_->may_have_stepped(now)) return Appended::clock_unchecked;
  std::int64_t time = 0;
  const Claim place = claim(word, Record::size_for(shape), [&](std::uint64_t) {
    if (times_ != nullptr) time = times_->next(hash, now, time, event.sent_unix_ms);
    return times_ == nullptr || time != Timestamps::too_early;
  });
  if (!is_stored(place.result)) return place.result;
  // The claim is ordered against begin_epoch(): either the place is below the tail that begin_epoch() found, or the new
  // epoch shows.
  if (times_ != nullptr && times_->is_past(now)) {
    now = times_->now();
    time = times_->next(hash, now, 0, event.sent_unix_ms, Timestamps::Bound::none);  // the place is taken
  }
  id.offset = place.begin;
  id.tag = write(place.begin, event, shape, hash, {.now_ms = now.unix_ms, .sample_ms = time});
  crash_point("append.written");
  if (event.key) return place.result;
  // Release: publishes the record; pairs with published_end().
  word.store(idle, std::memory_order_release);
  crash_point("append.published");
  return place.result;
}

void EventLog::publish(unsigned appender) noexcept {
  InFlightWord& word = in_flight_[appender];
  word.offset.store(idle, std::memory_order_release);  // as in append()
  crash_point("append.published");
  word.batch_end.store(0, std::memory_order_release);
}

}  // namespace oneshot::event_log
