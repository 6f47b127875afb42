// SPDX-License-Identifier: MIT
#include "queue/scraper.hpp"

#include <algorithm>
#include <cassert>

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
}

Scraper::Settled Scraper::settle(Outcome outcome, unsigned unread_limit) noexcept {
  assert(batch_taken_);
  const bool same_place = unread_in_a_row_ > 0 && unread_at_ == batch_begin_;
  unread_in_a_row_ = outcome != Outcome::unread ? 0 : same_place ? unread_in_a_row_ + 1 : 1;
  unread_at_ = batch_begin_;
  const bool given_up = unread_limit != 0 && unread_in_a_row_ >= unread_limit;

  batch_taken_ = false;
  counted_before_ = 0;
  if (outcome == Outcome::delivered || given_up) {
    delivered += batch_size();
    cursor_ = later(cursor_, batch_end_);
    unread_in_a_row_ = 0;
  } else {
    sent_before_ = std::max(sent_before_, batch_end_.events);
    lose(std::min(cursor_.events, batch_end_.events) - batch_begin_.events);  // what was overrun meanwhile
  }
  return given_up ? Settled::given_up : Settled::as_told;
}

void Scraper::put_back() noexcept {
  assert(batch_taken_);
  batch_taken_ = false;
  lose(std::min(cursor_.events, batch_end_.events) - batch_begin_.events);
}

void Scraper::overrun(const Mark& target) noexcept {
  if (target.position <= cursor_.position) return;
  const std::uint64_t safe = std::max(cursor_.events, batch_taken_ ? batch_end_.events : 0);
  cursor_ = target;
  if (target.events > safe) lose(target.events - safe);
}

void Scraper::lose(std::uint64_t events) noexcept {
  dropped_full += events;
  loss_to_log += events;
}

}  // namespace oneshot::queue
