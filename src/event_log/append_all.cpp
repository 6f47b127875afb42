// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cassert>

#include "base/crash_point.hpp"
#include "event_log/claim.hpp"
#include "event_log/event_log.hpp"

namespace oneshot::event_log {
namespace {

void group_by_key(NewRecords& records) {
  constexpr unsigned index_bits = 64 - SeriesTimes::key_bits;
  std::vector<std::uint64_t> order;  // by key, then by place in the batch
  order.reserve(records.all.size());
  for (std::size_t i = 0; i < records.all.size(); ++i)
    order.push_back(SeriesTimes::key(records.all[i].series_hash) << index_bits | i);
  std::sort(order.begin(), order.end());
  records.wishes.reserve(order.size());
  for (const std::uint64_t at : order) {
    NewRecords::One& one = records.all[at & ((std::uint64_t{1} << index_bits) - 1)];
    one.wish = records.wishes.size();
    records.wishes.push_back({.sent = one.event->sent_unix_ms});
    if (records.keys.empty() || SeriesTimes::key(records.keys.back().series_hash) != SeriesTimes::key(one.series_hash))
      records.keys.push_back({.series_hash = one.series_hash, .begin = one.wish, .end = one.wish});
    ++records.keys.back().end;
  }
}

}  // namespace

NewRecords EventLog::prepare(std::span<const event::Event* const> events) const {
  NewRecords records;
  records.all.reserve(events.size());
  for (const event::Event* const event : events) {
    const std::uint32_t shape = Record::shape_of(*event);
    records.all.push_back({.event = event, .shape = shape, .series_hash = series_hash_of(*event)});
    records.size += Record::size_for(shape);
  }
  if (times_ != nullptr) group_by_key(records);
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
    return times_ == nullptr || take_times(records, now);
  });
  if (!is_stored(place.result)) {
    word.batch_end.store(0, std::memory_order_release);
    return place.result;
  }
  if (times_ != nullptr && times_->is_past(now)) {  // as in append()
    for (Timestamps::Wish& wish : records.wishes) wish.given = 0;
    now = times_->now();
    take_times(records, now, Timestamps::Bound::none);
  }
  std::uint64_t offset = place.begin;
  for (NewRecords::One& one : records.all) {
    one.id.offset = offset;
    const std::int64_t time = times_ != nullptr ? records.wishes[one.wish].given : 0;
    one.id.tag = write(offset, *one.event, one.shape, one.series_hash, {.now_ms = now.unix_ms, .sample_ms = time});
    crash_point("append.written");
    offset += Record::size_for(one.shape);
  }
  return place.result;
}

std::vector<std::size_t> EventLog::too_early_in(const NewRecords& records) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < records.all.size(); ++i)
    if (records.wishes[records.all[i].wish].given == Timestamps::too_early) places.push_back(i);
  return places;
}

bool EventLog::take_times(NewRecords& records, Timestamps::Now& now, Timestamps::Bound bound) const noexcept {
  for (;;) {
    bool all = true;  // or which ones are too early is looked for to the end
    const std::uint16_t epoch = now.epoch;
    for (const NewRecords::SharedKey& key : records.keys) {
      const auto wishes = std::span(records.wishes).subspan(key.begin, key.end - key.begin);
      all &= times_->next_all(key.series_hash, now, wishes, bound);
    }
    if (now.epoch == epoch) return all;
    for (Timestamps::Wish& wish : records.wishes) wish.given = 0;  // some are of the epoch before
  }
}

}  // namespace oneshot::event_log
