// SPDX-License-Identifier: MIT
#include <cassert>
#include <unordered_map>

#include "base/crash_point.hpp"
#include "event_log/claim.hpp"
#include "event_log/event_log.hpp"

namespace oneshot::event_log {

NewRecords EventLog::prepare(std::span<const event::Event* const> events) const {
  NewRecords records;
  records.all.reserve(events.size());
  for (const event::Event* const event : events) {
    const std::uint32_t shape = Record::shape_of(*event);
    records.all.push_back({.event = event, .shape = shape, .series_hash = series_hash_of(*event)});
    records.size += Record::size_for(shape);
  }
  if (times_ == nullptr) return records;
  std::unordered_map<std::size_t, std::size_t> last;
  for (std::size_t i = records.all.size(); i-- > 0;) {
    const std::size_t place = Timestamps::place(records.all[i].series_hash);
    records.all[i].last_of_place = last.try_emplace(place, i).first->second;
  }
  return records;
}

EventLog::Appended EventLog::append_all(unsigned appender, NewRecords& records, bool clock_checked) noexcept {
  assert(appender < in_flight_.size() && !records.all.empty());
  InFlightWord& word = in_flight_[appender];
  Timestamps::Now now = times_ != nullptr ? times_->now() : Timestamps::Now{clock_.coarse_unix_ms(), 0};
  if (times_ != nullptr && !clock_checked && times_->may_have_stepped(now)) return Appended::clock_unchecked;

  const Claim place = claim(word.offset, records.size, [&](std::uint64_t begin) {
    // Before the claim: then whatever is missing of these records after a kill is known to be no damage.
    word.batch_end.store(begin + records.size, std::memory_order_release);
    if (times_ != nullptr) take_times(records, now);
  });
  if (!is_stored(place.result)) {
    word.batch_end.store(0, std::memory_order_release);
    return place.result;
  }
  if (times_ != nullptr && times_->is_past(now)) {  // as in append()
    for (NewRecords::One& one : records.all) one.unix_ms = 0;
    now = times_->now();
    take_times(records, now);
  }
  std::uint64_t offset = place.begin;
  for (NewRecords::One& one : records.all) {
    one.offset = offset;
    write(offset, *one.event, one.shape, one.series_hash, {.now_ms = now.unix_ms, .sample_ms = one.unix_ms});
    crash_point("append.written");
    offset += Record::size_for(one.shape);
  }
  return place.result;
}

/// Times that a try before this one has taken are still good while the last one of each series is the last one given:
/// taken anew at each try, the times of a large batch would run ahead of the clock.
void EventLog::take_times(NewRecords& records, Timestamps::Now& now) const noexcept {
  std::vector<NewRecords::One>& all = records.all;
  for (;;) {
    const std::uint16_t epoch = now.epoch;
    for (std::size_t i = 0; i < all.size(); ++i) {
      NewRecords::One& one = all[i];
      if (one.last_of_place == i && one.unix_ms != 0 && !times_->is_last(one.series_hash, now, one.unix_ms))
        one.unix_ms = 0;
    }
    for (NewRecords::One& one : all)
      if (all[one.last_of_place].unix_ms == 0)
        one.unix_ms = times_->next(one.series_hash, now, 0, one.event->sent_unix_ms);
    if (now.epoch == epoch) return;
    for (NewRecords::One& one : all) one.unix_ms = 0;  // some are of the epoch before
  }
}

}  // namespace oneshot::event_log
