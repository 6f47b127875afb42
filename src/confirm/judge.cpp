// SPDX-License-Identifier: MIT
#include "confirm/judge.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::confirm {

void Judge::change(std::chrono::milliseconds patience, Unreachable unreachable) noexcept {
  patience_ = patience;
  unreachable_ = unreachable;
}

void Judge::issued(std::uint64_t number) noexcept {
  last_issued_ = std::max(last_issued_, number);
  ++unseen_markers_;
}

void Judge::taken(std::uint64_t number) noexcept {
  batch_ = Batch::sending;
  number_ = number;
  tcp_.reset();
  gone_ = 0;
}

void Judge::withdrawn(std::uint64_t number) noexcept {
  if (batch_ == Batch::sending && number == number_) batch_ = Batch::none;
}

void Judge::handed_over(std::uint64_t number, SteadyTime now) noexcept {
  if (batch_ != Batch::sending || number != number_) return;
  batch_ = Batch::asking;
  handed_over_at_ = now;
}

Judge::Verdict Judge::told(std::uint64_t number, delivery::Outcome outcome) noexcept {
  const bool concerns = batch_ == Batch::sending || batch_ == Batch::asking;
  if (!concerns || number != number_) return Verdict::open;
  tcp_ = outcome;
  if (batch_ == Batch::sending || tcp_decides()) return settle(Verdict::by_tcp);
  batch_ = Batch::told;
  return Verdict::open;
}

void Judge::taken_over(std::uint64_t number, delivery::Outcome outcome, SteadyTime now) noexcept {
  taken(number);
  issued(number);
  handed_over(number, now);
  tcp_ = outcome;
  batch_ = Batch::told;
}

Judge::Verdict Judge::answered(const Facts& facts, SteadyTime now) noexcept {
  silent_ = false;
  learn_trust(facts);
  if (is_out() && facts.number != number_)
    return Verdict::open;  // meanwhile that batch was settled, and the next went out
  const Verdict verdict = decide(facts, now);
  return verdict != Verdict::open ? verdict : doubt(facts, now);
}

Judge::Verdict Judge::silent() noexcept {
  silent_ = true;
  gone_ = 0;
  unseen_since_.reset();  // what is killed again and again shows nothing either
  return batch_ == Batch::told && tcp_decides() ? settle(Verdict::by_tcp) : Verdict::open;
}

void Judge::learn_trust(const Facts& facts) noexcept {
  if (facts.newest == 0) return;
  if (trust_ == Trust::unseen || (trust_ == Trust::lost && facts.newest > lost_at_)) trust_ = Trust::shown;
}

Judge::Verdict Judge::decide(const Facts& facts, SteadyTime now) noexcept {
  if (!is_out()) return Verdict::open;
  if (facts.here) return settle(Verdict::delivered);
  if (facts.later && facts.complete && now - handed_over_at_ >= patience_) return settle(Verdict::never);
  return Verdict::open;
}

Judge::Verdict Judge::doubt(const Facts& facts, SteadyTime now) noexcept {
  if (trust_ == Trust::unseen) {
    if (!facts.complete || last_issued_ == 0) return Verdict::open;
    if (!unseen_since_) {
      unseen_since_ = now;
      unseen_markers_ = 0;
    }
    const bool enough = doubts(now) && facts.scrapes_stored && !facts.store_is_younger;
    return enough ? lose_trust() : Verdict::open;
  }
  unseen_since_.reset();
  if (trust_ == Trust::lost || !is_out()) return Verdict::open;
  const bool gone = facts.complete && !facts.later && facts.scrapes_stored;
  gone_ = gone ? gone_ + 1 : 0;
  return gone_ >= gone_after ? lose_trust() : Verdict::open;
}

bool Judge::doubts(SteadyTime now) const noexcept {
  switch (trust_) {
    case Trust::unseen:
      return unseen_since_ && now - *unseen_since_ >= calibration && unseen_markers_ >= least_markers;
    case Trust::shown:
      return is_out() && now - handed_over_at_ >= patience_;
    case Trust::lost:
      break;
  }
  return false;
}

Judge::Verdict Judge::lose_trust() noexcept {
  trust_ = Trust::lost;
  lost_at_ = last_issued_;
  gone_ = 0;
  unseen_since_.reset();
  return batch_ == Batch::told ? settle(Verdict::by_tcp) : Verdict::open;
}

Judge::Verdict Judge::settle(Verdict verdict) noexcept {
  batch_ = Batch::none;
  gone_ = 0;
  return verdict;
}

Judge::Permit Judge::permit() const noexcept {
  if (batch_ == Batch::sending) return Permit::batch_soon;
  if (is_out()) return tcp_decides() ? Permit::batch : Permit::waiting;  // the queue waits for what TCP tells
  return trust_ == Trust::unseen && !tcp_decides() ? Permit::unseen : Permit::batch;
}

Decides Judge::decides() const noexcept {
  if (tcp_decides()) return Decides::tcp;
  return silent_ || trust_ == Trust::unseen ? Decides::nothing : Decides::api;
}

bool Judge::is_curious() const noexcept { return is_out() || (trust_ != Trust::shown && last_issued_ > 0); }

}  // namespace oneshot::confirm
