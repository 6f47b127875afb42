// SPDX-License-Identifier: MIT
#include "queue/local/scraper/scraper.hpp"

#include <cassert>
#include <utility>

#include "base/crash_point.hpp"

namespace oneshot::queue {
namespace {

/// The begin of these, if there are any and it is not behind `other`.
const event_log::Offset& begin_of(const Ranges& events, const event_log::Offset& other) noexcept {
  return events.empty() || other.bytes < events.begin().bytes ? other : events.begin();
}

}  // namespace

const Ranges& Scraper::first_below() const noexcept {
  if (aside_.empty() || again_.empty()) return aside_.empty() ? again_ : aside_;
  return aside_.begin().bytes < again_.begin().bytes ? aside_ : again_;
}

std::uint64_t Scraper::next_event() const noexcept {
  const Ranges& below = first_below();
  return below.empty() ? cursor_.events : below.begin().events;
}

const event_log::Offset& Scraper::lowest_to_be_sent() const noexcept {
  return begin_of(again_, begin_of(aside_, cursor_));
}

const event_log::Offset& Scraper::lowest_needed() const noexcept {
  const event_log::Offset* lowest = &lowest_to_be_sent();
  for (const KeptRange& kept : kept_) lowest = &begin_of(kept.events, *lowest);
  return *lowest;
}

std::uint64_t Scraper::waiting(const event_log::Offset& end) const noexcept {
  std::uint64_t all = end.events > cursor_.events ? end.events - cursor_.events : 0;
  if (!aside_.empty() || !again_.empty()) all += aside_.events() + again_.events();
  return all - (batch_taken_ ? batch_events_ - evicted_of_batch() : 0);
}

void Scraper::take(const event_log::Offset& end, std::uint64_t number) {
  assert(!batch_taken_ && end.events > cursor_.events);
  batch_from_ = From::cursor;
  batch_begin_ = cursor_;
  batch_end_ = end;
  batch_events_ = end.events - cursor_.events;
  batch_in_file_ = true;
  batch_is_tried_ = false;
  count_redelivered();
  begin_batch(number);
}

void Scraper::take(From from, Ranges events, std::uint64_t number) {
  assert(!batch_taken_ && from != From::cursor && !events.empty());
  // What yielded before says nothing about this batch: a log that refuses events makes no room at a cursor, and what is
  // delivered from there later can be kept, and sent again.
  if (from == From::again) yielded_until_ = {};
  batch_from_ = from;
  batch_ranges_ = std::move(events);
  batch_begin_ = batch_ranges_.begin();
  batch_end_ = batch_ranges_.end();
  batch_events_ = batch_ranges_.events();
  batch_is_tried_ = batch_begin_.events != next_event();
  const Range up_to_end{{}, batch_end_};
  batch_in_file_ = from == From::beyond || aside_.events_in(up_to_end) + again_.events_in(up_to_end) == batch_events_;
  count_redelivered();
  begin_batch(number);
}

BatchSize Scraper::next_size(const BatchSize& allowed) const noexcept {
  const BatchSize size = limit_.next(allowed);
  return suspicion_.tries_single_events() ? BatchSize{.events = 1, .bytes = size.bytes} : size;
}

std::uint64_t Scraper::distance_of_another() const noexcept {
  if (suspicion_.empty()) return 0;
  return suspicion_.wants_another(next_event()) ? suspicion_.distance() : 0;
}

// By event, since what goes out next may be any of those that were sent before: what stands aside, or behind that.
void Scraper::count_redelivered() {
  if (sent_.empty() && batch_from_ != From::again) return;
  Ranges repeated = batch();
  if (batch_from_ != From::again) {
    Ranges first_time = repeated;
    first_time.remove(sent_);
    repeated.remove(first_time);
  }
  Ranges not_counted = repeated;
  not_counted.remove(counted_);
  redelivered += not_counted.events();
  counted_.add(repeated);
}

void Scraper::note_sent(bool leaves) {
  if (!counted_.empty()) counted_.remove(batch());
  if (!leaves) {
    sent_.add(batch());
  } else if (!sent_.empty()) {
    sent_.remove(batch());
  }
}

void Scraper::begin_batch(std::uint64_t number) noexcept {
  batch_taken_ = true;
  batch_number_ = number;
  noted_number_ = number;
  slot_.set_batch_number(number, calibrated_);
  crash_point("take.numbered");
  if (batch_from_ == From::beyond) keep_aside();  // first: or what is passed over would count as delivered with it
  if (batch_in_file_) slot_.set_batch(batch_end_.bytes, false);
  crash_point("take.marked");
}

void Scraper::handed_over() noexcept {
  if (!batch_taken_ || !batch_in_file_) return;
  slot_.set_batch(batch_end_.bytes, true);
  crash_point("deliver.marked");
}

void Scraper::restore_aside(const Range& range) {
  kept_aside_ = range;
  aside_.add({range.begin, range.end.bytes < cursor_.bytes ? range.end : cursor_});
}

void Scraper::restore_batch(const event_log::Offset& aside_end, const event_log::Offset& end, std::uint64_t number) {
  batch_from_ = end.bytes <= cursor_.bytes        ? From::aside
                : aside_end.bytes > cursor_.bytes ? From::beyond
                                                  : From::cursor;
  batch_begin_ = batch_from_ == From::beyond ? aside_end : cursor_;
  batch_end_ = end;
  batch_ranges_ = batch_from_ == From::aside ? aside_.before(end) : Ranges({batch_begin_, end});
  batch_begin_ = batch_ranges_.begin();
  batch_events_ = batch_ranges_.events();
  batch_number_ = number;
  batch_in_file_ = batch_taken_ = left_out_ = true;
}

void Scraper::pass_over(const event_log::Offset& end) noexcept {
  assert(!batch_taken_ && end.events == cursor_.events);
  if (end.bytes == cursor_.bytes) return;
  cursor_ = end;
  slot_.set_cursor(end.bytes);
}

Ranges Scraper::batch() const {
  return batch_from_ == From::cursor ? Ranges({batch_begin_, batch_end_}) : batch_ranges_;
}

BatchSize Scraper::batch_size() const noexcept {
  BatchSize size{.events = batch_events_, .bytes = batch_end_.bytes - batch_begin_.bytes};
  if (batch_from_ == From::cursor) return size;
  size.bytes = 0;
  for (const Range& range : batch_ranges_.all()) size.bytes += range.end.bytes - range.begin.bytes;
  return size;
}

std::uint64_t Scraper::events_of_batch_in(const Range& range) const noexcept {
  return batch_from_ == From::cursor ? Range{batch_begin_, batch_end_}.events_in(range)
                                     : batch_ranges_.events_in(range);
}

bool Scraper::batch_evicted() const noexcept {
  return batch_begin_.bytes < (batch_from_ == From::again ? yielded_until_ : evicted_until_).bytes;
}

std::uint64_t Scraper::evicted_of_batch() const noexcept {
  if (!batch_evicted()) return 0;
  return events_of_batch_in({{}, batch_from_ == From::again ? yielded_until_ : evicted_until_});
}

void Scraper::send_again(const Ranges& all) {
  const Ranges events = all.before(cursor_);  // what lies behind goes out anyway, after a replay
  if (events.empty()) return;
  // A batch in the file may be all that waits before its end, and then it is that no more.
  if (batch_taken_ && batch_in_file_ && batch_from_ != From::cursor && events.begin().bytes < batch_end_.bytes) {
    slot_.set_no_batch();
    batch_in_file_ = false;
  }
  again_.add(events);
  again_yields_ = false;
  keep_aside();
}

// The file has room for one range, from the first to the last. At a start the events between that were delivered go out
// again too. What is not yet there, and what is there no more, are both in it at any moment.
void Scraper::keep_aside() noexcept {
  if (!slot_.is_kept()) return;
  const Range hull = hull_of_aside();
  if (hull == kept_aside_) return;
  if (hull == Range{}) {
    slot_.set_nothing_aside();
    kept_aside_ = {};
    return;
  }
  const bool grows = kept_aside_ == Range{} || hull.end.bytes > kept_aside_.end.bytes;
  if (grows) slot_.set_aside_end(hull.end.bytes);
  crash_point("aside.end");
  if (hull.begin != kept_aside_.begin || kept_aside_ == Range{}) slot_.set_aside_begin(hull.begin.bytes);
  crash_point("aside.begin");
  if (!grows && hull.end != kept_aside_.end) slot_.set_aside_end(hull.end.bytes);
  kept_aside_ = hull;
}

Range Scraper::hull_of_aside() const noexcept {
  const bool passes_over = batch_taken_ && batch_from_ == From::beyond && cursor_.bytes < batch_begin_.bytes;
  if (aside_.empty() && again_.empty() && !passes_over) return {};
  const event_log::Offset& begin = begin_of(again_, begin_of(aside_, cursor_));
  if (passes_over) return {begin, batch_begin_};
  if (aside_.empty() || again_.empty()) return {begin, aside_.empty() ? again_.end() : aside_.end()};
  return {begin, event_log::later(aside_.end(), again_.end())};
}

bool Scraper::note_number(std::uint64_t number) noexcept {
  if (batch_taken_ || !slot_.is_kept()) return false;
  noted_number_ = number;
  slot_.set_batch_number(number, calibrated_);
  return true;
}

void Scraper::set_calibrated(bool calibrated) noexcept {
  calibrated_ = calibrated;
  slot_.set_batch_number(noted_number_, calibrated);
}

void Scraper::restore_number(std::uint64_t number, bool calibrated) noexcept {
  noted_number_ = number;
  calibrated_ = calibrated;
}

}  // namespace oneshot::queue
