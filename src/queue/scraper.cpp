// SPDX-License-Identifier: MIT
#include "queue/scraper.hpp"

#include <algorithm>
#include <cassert>

#include "base/crash_point.hpp"

namespace oneshot::queue {

std::uint64_t Scraper::waiting(const Mark& end) const noexcept {
  const std::uint64_t taken = std::max(cursor_.events, batch_taken_ ? batch_end_.events : 0);
  return end.events > taken ? end.events - taken : 0;
}

void Scraper::take(const Mark& end) noexcept {
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
  place_.set_batch(end.position, false);
  crash_point("take.marked");
}

void Scraper::handed_over() noexcept {
  if (!batch_taken_) return;
  place_.set_batch(batch_end_.position, true);
  crash_point("deliver.marked");
}

void Scraper::pass_over(const Mark& end) noexcept {
  assert(!batch_taken_ && end.events == cursor_.events);
  if (end.position == cursor_.position) return;
  cursor_ = end;
  place_.set_cursor(end.position);
}

std::uint64_t Scraper::settle(Outcome outcome, unsigned unread_limit) noexcept {
  assert(batch_taken_);
  count_unread(outcome);
  const bool gives_up = unread_limit != 0 && unread_in_a_row_ >= unread_limit;
  const Mark received = outcome == Outcome::delivered ? batch_end_ : gives_up ? unread_until_ : batch_begin_;
  const std::uint64_t events = received.events - batch_begin_.events;

  batch_taken_ = false;
  counted_before_ = 0;
  delivered += events;
  if (received != batch_end_) {
    sent_before_ = std::max(sent_before_, batch_end_.events);
    lose(received.events, std::min(cursor_.events, batch_end_.events));  // what was overrun meanwhile
  }
  cursor_ = later(cursor_, received);
  if (received != batch_end_) place_.set_no_batch();  // first: or it would count as delivered whole
  crash_point("settle.withdrawn");
  if (received != batch_begin_) place_.set_cursor(cursor_.position);
  crash_point("settle.cursor");
  if (received == batch_end_) place_.set_no_batch();  // last: a batch below its cursor is none
  crash_point("settle.settled");
  if (!gives_up) return 0;
  unread_in_a_row_ = 0;
  given_up += events;
  return events;
}

// Events that came into the batch later have not been tried as often: the row is about those that were in all of it.
void Scraper::count_unread(Outcome outcome) noexcept {
  if (outcome != Outcome::unread) {
    unread_in_a_row_ = 0;
    return;
  }
  const bool same_place = unread_in_a_row_ > 0 && unread_from_ == batch_begin_;
  unread_in_a_row_ = same_place ? unread_in_a_row_ + 1 : 1;
  unread_until_ = same_place && unread_until_.position < batch_end_.position ? unread_until_ : batch_end_;
  unread_from_ = batch_begin_;
}

void Scraper::put_back() noexcept {
  assert(batch_taken_);
  batch_taken_ = false;
  place_.set_no_batch();
  lose(batch_begin_.events, std::min(cursor_.events, batch_end_.events));
}

void Scraper::overrun(const Mark& target) noexcept {
  if (target.position <= cursor_.position) return;
  const std::uint64_t safe = std::max(cursor_.events, batch_taken_ ? batch_end_.events : 0);
  cursor_ = target;
  place_.set_cursor(target.position);
  lose(safe, target.events);
}

/// From event number `first` up to and without `last`; nothing where that is not above it.
void Scraper::lose(std::uint64_t first, std::uint64_t last) noexcept {
  if (last <= first) return;
  dropped_full += last - first;
  loss_to_log += last - first;
}

}  // namespace oneshot::queue
