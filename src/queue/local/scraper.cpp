// SPDX-License-Identifier: MIT
#include "queue/local/scraper.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/crash_point.hpp"

namespace oneshot::queue {

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

std::uint64_t Scraper::waiting(const event_log::Offset& end) const noexcept {
  const std::uint64_t taken = std::max(cursor_.events, batch_taken_ ? batch_end_.events : 0);
  return end.events > taken ? end.events - taken : 0;
}

void Scraper::take(const event_log::Offset& end) noexcept {
  assert(!batch_taken_ && end.events > cursor_.events);
  batch_taken_ = true;
  batch_begin_ = cursor_;
  batch_end_ = end;
  const std::uint64_t again_from = std::max(batch_begin_.events, counted_before_);
  const std::uint64_t again_to = std::min(batch_end_.events, sent_before_);
  if (again_to > again_from) {
    redelivered += again_to - again_from;
    counted_before_ = again_to;
  }
  place_.set_batch(end.bytes, false);
  crash_point("take.marked");
}

void Scraper::handed_over() noexcept {
  if (!batch_taken_) return;
  place_.set_batch(batch_end_.bytes, true);
  crash_point("deliver.marked");
}

void Scraper::pass_over(const event_log::Offset& end) noexcept {
  assert(!batch_taken_ && end.events == cursor_.events);
  if (end.bytes == cursor_.bytes) return;
  cursor_ = end;
  place_.set_cursor(end.bytes);
}

std::uint64_t Scraper::settle(delivery::Outcome outcome, unsigned unconfirmed_limit) noexcept {
  assert(batch_taken_);
  count_unconfirmed(outcome);
  const bool gives_up = unconfirmed_limit != 0 && unconfirmed_in_a_row_ >= unconfirmed_limit;
  const event_log::Offset received = outcome == delivery::Outcome::delivered ? batch_end_
                                     : gives_up                              ? unconfirmed_until_
                                                                             : batch_begin_;
  const std::uint64_t events = received.events - batch_begin_.events;

  batch_taken_ = false;
  counted_before_ = 0;
  delivered += events;
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
  if (!gives_up) return 0;
  unconfirmed_in_a_row_ = 0;
  given_up += events;
  return events;
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

void Scraper::put_back() noexcept {
  assert(batch_taken_);
  batch_taken_ = false;
  place_.set_no_batch();
  lose(batch_begin_.events, std::min(cursor_.events, batch_end_.events));
}

void Scraper::evict_before(const event_log::Offset& target) noexcept {
  if (target.bytes <= cursor_.bytes) return;
  const std::uint64_t safe = std::max(cursor_.events, batch_taken_ ? batch_end_.events : 0);
  cursor_ = target;
  place_.set_cursor(target.bytes);
  lose(safe, target.events);
}

/// From event number `first` up to and without `last`; nothing where that is not above it.
void Scraper::lose(std::uint64_t first, std::uint64_t last) noexcept {
  if (last <= first) return;
  dropped_full += last - first;
  loss_to_log += last - first;
}

}  // namespace oneshot::queue
