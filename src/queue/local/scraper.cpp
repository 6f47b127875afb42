// SPDX-License-Identifier: MIT
#include "queue/local/scraper.hpp"

#include <algorithm>
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

std::uint64_t WaitQueue::enter() {
  waiting_.push_back({.number = ++last_number_, .wake = std::nullopt});
  return last_number_;
}

bool WaitQueue::is_first(std::uint64_t number) const noexcept {
  return !waiting_.empty() && waiting_.front().number == number;
}

void WaitQueue::wake_by(std::uint64_t number, delivery::OneShotEvent::Notifier notifier) {
  const auto place = std::ranges::find(waiting_, number, &Place::number);
  if (place != waiting_.end()) place->wake.emplace(std::move(notifier));
}

WaitQueue::Wake WaitQueue::leave(std::uint64_t number) {
  const bool was_first = is_first(number);
  std::erase_if(waiting_, [number](const Place& place) { return place.number == number; });
  return was_first ? wake_first() : std::nullopt;
}

WaitQueue::Wake WaitQueue::wake_first() {
  return waiting_.empty() ? std::nullopt : std::exchange(waiting_.front().wake, std::nullopt);
}

const Ranges& Scraper::first_below() const noexcept {
  if (aside_.empty() || again_.empty()) return aside_.empty() ? again_ : aside_;
  return aside_.begin().bytes < again_.begin().bytes ? aside_ : again_;
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
  const bool at_cursor = batch_taken_ && batch_from_ == From::cursor;
  const std::uint64_t taken = std::max(cursor_.events, at_cursor ? batch_end_.events : 0);
  const std::uint64_t behind = end.events > taken ? end.events - taken : 0;
  if (aside_.empty() && again_.empty()) return behind;
  const std::uint64_t in_batch = batch_taken_ && !at_cursor ? batch_events_ - evicted_of_batch() : 0;
  return behind + aside_.events() + again_.events() - in_batch;
}

void Scraper::take(const event_log::Offset& end, std::uint64_t number) noexcept {
  assert(!batch_taken_ && end.events > cursor_.events);
  batch_from_ = From::cursor;
  batch_begin_ = cursor_;
  batch_end_ = end;
  batch_events_ = end.events - cursor_.events;
  batch_in_file_ = true;
  count_redelivered({batch_begin_, batch_end_}, sent_before_);
  begin_batch(number);
}

void Scraper::take(From from, Ranges events, std::uint64_t number) {
  assert(!batch_taken_ && from != From::cursor && !events.empty());
  batch_from_ = from;
  batch_ranges_ = std::move(events);
  batch_begin_ = batch_ranges_.begin();
  batch_end_ = batch_ranges_.end();
  batch_events_ = batch_ranges_.events();
  const Range up_to_end{{}, batch_end_};
  batch_in_file_ = aside_.events_in(up_to_end) + again_.events_in(up_to_end) == batch_events_;
  for (const Range& range : batch_ranges_.all())
    count_redelivered(range, from == From::again ? range.end.events : sent_before_);
  begin_batch(number);
}

void Scraper::count_redelivered(const Range& range, std::uint64_t sent_before) noexcept {
  const std::uint64_t again_from = std::max(range.begin.events, counted_before_);
  const std::uint64_t again_to = std::min(range.end.events, sent_before);
  if (again_to <= again_from) return;
  redelivered += again_to - again_from;
  counted_before_ = again_to;
}

void Scraper::begin_batch(std::uint64_t number) noexcept {
  batch_taken_ = true;
  batch_number_ = number;
  noted_number_ = number;
  place_.set_batch_number(number, calibrated_);
  crash_point("take.numbered");
  if (batch_in_file_) place_.set_batch(batch_end_.bytes, false);
  crash_point("take.marked");
}

void Scraper::handed_over() noexcept {
  if (!batch_taken_ || !batch_in_file_) return;
  place_.set_batch(batch_end_.bytes, true);
  crash_point("deliver.marked");
}

void Scraper::restore_aside(const Range& range) {
  aside_.add(range);
  kept_aside_ = range;
}

void Scraper::restore_batch(const event_log::Offset& end, std::uint64_t number) {
  const bool of_aside = end.bytes <= cursor_.bytes;
  batch_from_ = of_aside ? From::aside : From::cursor;
  if (of_aside) batch_ranges_ = aside_.before(end);
  batch_begin_ = of_aside ? aside_.begin() : cursor_;
  batch_end_ = end;
  batch_events_ = of_aside ? batch_ranges_.events() : end.events - cursor_.events;
  batch_number_ = number;
  batch_in_file_ = batch_taken_ = left_out_ = true;
}

void Scraper::pass_over(const event_log::Offset& end) noexcept {
  assert(!batch_taken_ && end.events == cursor_.events);
  if (end.bytes == cursor_.bytes) return;
  cursor_ = end;
  place_.set_cursor(end.bytes);
}

Ranges Scraper::batch() const {
  return batch_from_ == From::cursor ? Ranges({batch_begin_, batch_end_}) : batch_ranges_;
}

bool Scraper::batch_evicted() const noexcept {
  return batch_begin_.bytes < (batch_from_ == From::again ? yielded_until_ : evicted_until_).bytes;
}

std::uint64_t Scraper::evicted_of_batch() const noexcept {
  const Range gone{{}, batch_from_ == From::again ? yielded_until_ : evicted_until_};
  return batch_from_ == From::cursor ? Range{batch_begin_, batch_end_}.events_in(gone) : batch_ranges_.events_in(gone);
}

std::uint64_t Scraper::settle(delivery::Outcome outcome, unsigned unconfirmed_limit) {
  assert(batch_taken_);
  if (batch_from_ != From::cursor) {
    settle_below(outcome == delivery::Outcome::delivered);
    return 0;
  }
  count_unconfirmed(outcome);
  const bool gives_up = unconfirmed_limit != 0 && unconfirmed_in_a_row_ >= unconfirmed_limit;
  const event_log::Offset received = outcome == delivery::Outcome::delivered ? batch_end_
                                     : gives_up                              ? unconfirmed_until_
                                                                             : batch_begin_;
  const std::uint64_t events = received.events - batch_begin_.events;
  settle_at_cursor(received);
  if (!gives_up) return 0;
  unconfirmed_in_a_row_ = 0;
  given_up += events;
  return events;
}

void Scraper::settle_at_cursor(const event_log::Offset& received) noexcept {
  batch_taken_ = left_out_ = false;
  counted_before_ = 0;
  delivered += received.events - batch_begin_.events;
  if (received != batch_end_) {
    sent_before_ = std::max(sent_before_, batch_end_.events);
    lose(received.events, std::min(cursor_.events, batch_end_.events));  // what was evicted meanwhile
  }
  cursor_ = event_log::later(cursor_, received);
  if (received != batch_end_) place_.set_no_batch();  // first: or it would count as delivered whole
  crash_point("settle.withdrawn");
  if (received != batch_begin_) place_.set_cursor(cursor_.bytes);
  crash_point("settle.cursor");
  if (received == batch_end_) place_.set_no_batch();  // last: a batch below its cursor is none
  crash_point("settle.settled");
}

// The same order of stores; what is set aside begins behind the batch, as a cursor would stand there.
void Scraper::settle_below(bool received) {
  batch_taken_ = left_out_ = false;
  counted_before_ = 0;
  if (!received) {
    lose_of_batch();
    place_.set_no_batch();
    return;
  }
  if (batch_from_ == From::aside) delivered += batch_events_;
  (batch_from_ == From::aside ? aside_ : again_).remove(batch_ranges_);
  keep_aside();
  crash_point("settle.aside");
  place_.set_no_batch();
}

void Scraper::lose_of_batch() noexcept {
  const std::uint64_t lost = evicted_of_batch();
  if (batch_from_ == From::again) {
    again_lost_to_log += lost;
  } else {
    lose(0, lost);
  }
}

// Events that came into the batch later have not been tried as often: the row is about those that were in all of it.
void Scraper::count_unconfirmed(delivery::Outcome outcome) noexcept {
  if (outcome != delivery::Outcome::unconfirmed) {
    unconfirmed_in_a_row_ = 0;
    return;
  }
  const bool same_place = unconfirmed_in_a_row_ > 0 && unconfirmed_from_ == batch_begin_;
  unconfirmed_in_a_row_ = same_place ? unconfirmed_in_a_row_ + 1 : 1;
  unconfirmed_until_ = same_place && unconfirmed_until_.bytes < batch_end_.bytes ? unconfirmed_until_ : batch_end_;
  unconfirmed_from_ = batch_begin_;
}

void Scraper::put_back() {
  assert(batch_taken_);
  batch_taken_ = left_out_ = false;
  place_.set_no_batch();
  lose_of_batch();
}

void Scraper::evict_before(const event_log::Offset& target) noexcept {
  if (!aside_.empty()) {
    const bool in_flight = batch_taken_ && batch_from_ == From::aside;
    const std::uint64_t later = in_flight ? batch_ranges_.events_in({evicted_until_, target}) : 0;
    const std::uint64_t gone = aside_.remove_before(target);
    lose(later, gone);
    if (gone > 0) keep_aside();
  }
  if (target.bytes > cursor_.bytes) {
    const bool in_flight = batch_taken_ && batch_from_ == From::cursor;
    const std::uint64_t safe = std::max(cursor_.events, in_flight ? batch_end_.events : 0);
    cursor_ = target;
    place_.set_cursor(target.bytes);
    lose(safe, target.events);
  }
  evicted_until_ = event_log::later(evicted_until_, target);
}

/// From event number `first` up to and without `last`; nothing where that is not above it.
void Scraper::lose(std::uint64_t first, std::uint64_t last) noexcept {
  if (last <= first) return;
  dropped_full += last - first;
  loss_to_log += last - first;
}

void Scraper::send_again(const Ranges& events) {
  // A batch in the file may be all that waits before its end, and then it is that no more.
  if (batch_taken_ && batch_in_file_ && batch_from_ != From::cursor && events.begin().bytes < batch_end_.bytes) {
    place_.set_no_batch();
    batch_in_file_ = false;
  }
  again_.add(events);
  again_yields_ = false;
  keep_aside();
}

void Scraper::let_go_of_kept(std::uint64_t offset) noexcept {
  for (KeptRange& kept : kept_) {
    if (kept.events.empty() || kept.events.begin().bytes >= offset) continue;
    kept.events = {};
    kept.gone = true;
    ++proofs_given_up;
  }
}

void Scraper::yield_kept(const event_log::Offset& target) noexcept {
  const std::uint64_t before = proofs_given_up;
  let_go_of_kept(target.bytes);
  if (!again_.empty() && again_.begin().bytes < target.bytes) {
    const bool in_flight = batch_taken_ && batch_from_ == From::again;
    const std::uint64_t later = in_flight ? batch_ranges_.events_in({yielded_until_, target}) : 0;
    again_lost_to_log += again_.remove_before(target) - later;
    if (before == proofs_given_up && !again_yields_) ++proofs_given_up;
    again_yields_ = !again_.empty();  // in steps, and counts once
    keep_aside();
  }
  yielded_until_ = event_log::later(yielded_until_, target);
}

// The file has room for one range, from the first to the last. At a start the events between that were delivered go out
// again too. What is not yet there, and what is there no more, are both in it at any moment.
void Scraper::keep_aside() noexcept {
  if (!place_.is_kept()) return;
  if (aside_.empty() && again_.empty()) {
    if (kept_aside_ != Range{}) place_.set_nothing_aside();
    kept_aside_ = {};
    return;
  }
  Range hull{aside_.empty() ? again_.begin() : aside_.begin(), aside_.empty() ? again_.end() : aside_.end()};
  if (!again_.empty() && again_.begin().bytes < hull.begin.bytes) hull.begin = again_.begin();
  if (!again_.empty()) hull.end = event_log::later(hull.end, again_.end());
  const bool grows = kept_aside_ == Range{} || hull.end.bytes > kept_aside_.end.bytes;
  if (grows) place_.set_aside_end(hull.end.bytes);
  crash_point("aside.end");
  if (hull.begin != kept_aside_.begin || kept_aside_ == Range{}) place_.set_aside_begin(hull.begin.bytes);
  crash_point("aside.begin");
  if (!grows && hull.end != kept_aside_.end) place_.set_aside_end(hull.end.bytes);
  kept_aside_ = hull;
}

bool Scraper::note_number(std::uint64_t number) noexcept {
  if (batch_taken_ || !place_.is_kept()) return false;
  noted_number_ = number;
  place_.set_batch_number(number, calibrated_);
  return true;
}

void Scraper::set_calibrated(bool calibrated) noexcept {
  calibrated_ = calibrated;
  place_.set_batch_number(noted_number_, calibrated);
}

void Scraper::restore_number(std::uint64_t number, bool calibrated) noexcept {
  noted_number_ = number;
  calibrated_ = calibrated;
}

}  // namespace oneshot::queue
