// SPDX-License-Identifier: MIT
#include "net/receipt/receipt_watch.hpp"

#include <cassert>

namespace oneshot::net {

using Verdict = ReceiptWatch::Verdict;

// A reset can be fetched as an error only once; afterwards the state alone tells of it, except where our own end was
// first: then an orderly end leads to the same state.
void ReceiptWatch::observe(const TcpInfo& view) noexcept {
  view_ = view;
  broken_ = broken_ || view.error || (view.state == TcpInfo::State::closed && !end_sent_);
}

// Of this reply: what was written behind it, later replies or our own end, says nothing about it.
bool ReceiptWatch::all_acknowledged() const noexcept {
  return state_ != State::writing && view_.acknowledged >= last_byte_;
}

bool ReceiptWatch::has_all(const TcpInfo& view) noexcept {
  observe(view);
  return all_acknowledged() && !broken_;
}

Verdict ReceiptWatch::decide(Verdict verdict) noexcept {
  state_ = State::settled;
  return verdict;
}

// A proxy that resets as soon as it has read all is quicker than its kernel's last acknowledgement, which may wait for
// a second segment. A peer that ended before the reply was there has read none of it: on loopback two segments are
// 32 KiB, more than many replies.
bool ReceiptWatch::proxy_has_all() const noexcept {
  const bool perhaps = peer_ == Peer::proxy || peer_ == Peer::doubtful;
  return perhaps && state_ != State::writing && !early_end_ && last_byte_ - view_.acknowledged < 2 * view_.segment;
}

Verdict ReceiptWatch::decide_as_broken() noexcept {
  if (!all_acknowledged() && !proxy_has_all()) return decide(time_is_near_ ? Verdict::timed_out : Verdict::truncated);
  reset_idle_ = outlived_ || rested_;
  reset_at_once_ = !reset_idle_ && view_.silent_for < moments;
  const bool is_idle = outlived_ || (rested_ && (peer_ == Peer::proxy || !time_is_near_));
  if (is_idle && !is_reader()) return decide(Verdict::delivered);
  if (time_is_near_) return decide(Verdict::timed_out);
  return decide(peer_ == Peer::proxy ? Verdict::delivered : Verdict::unconfirmed);
}

void ReceiptWatch::handed_over(const TcpInfo& view, SteadyTime now) noexcept {
  if (settled()) return;
  assert(state_ == State::writing);
  observe(view);
  early_end_ = view.state == TcpInfo::State::close_wait;
  last_byte_ = view.acknowledged + view.unacknowledged;
  state_ = State::sent;
  handed_over_at_ = now;
}

Verdict ReceiptWatch::request_began(const TcpInfo& view) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  return all_acknowledged() ? decide(Verdict::delivered) : Verdict::undecided;
}

Verdict ReceiptWatch::end_of_stream(const TcpInfo& view, SteadyTime now) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (state_ == State::sent) {
    state_ = State::ended;
    early_end_ = early_end_ || !all_acknowledged();
  }
  return poll(view, now);
}

Verdict ReceiptWatch::poll(const TcpInfo& view, SteadyTime now) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  if (state_ != State::ended || !all_acknowledged()) return Verdict::undecided;
  if (early_end_ && now - handed_over_at_ < fresh) return Verdict::undecided;
  return decide(Verdict::delivered);
}

Verdict ReceiptWatch::failed(const TcpInfo& view) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  return decide_as_broken();
}

Verdict ReceiptWatch::rested(const TcpInfo& view) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  rested_ = rested_ || (all_acknowledged() && view.silent_for >= rest);
  return Verdict::undecided;
}

Verdict ReceiptWatch::answered(const TcpInfo& view) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  outlived_ = state_ == State::sent;
  return Verdict::undecided;
}

Verdict ReceiptWatch::deadline(const TcpInfo& view) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  // Not whole by now: the scraper has given up or will; make sure that it cannot take the rest for good.
  if (!all_acknowledged()) return decide(Verdict::timed_out);
  if (state_ == State::ended) return decide(Verdict::delivered);
  const bool can_ask = view.state == TcpInfo::State::established && view.silent_for <= longest_silence;
  return can_ask ? Verdict::probe : Verdict::undecided;
}

Verdict ReceiptWatch::give_up(const TcpInfo& view) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  return decide(all_acknowledged() ? Verdict::delivered : Verdict::reset);
}

Verdict ReceiptWatch::newer_scrape(const TcpInfo& view, SteadyTime now) noexcept {
  if (settled()) return Verdict::undecided;
  observe(view);
  if (broken_) return decide_as_broken();
  if (view.state == TcpInfo::State::closed) return Verdict::undecided;  // the connection itself is about to say
  if (!all_acknowledged()) return watch_progress(now);
  // A peer that has ended after reading all has decided it; one that is silent may be about to give up.
  if (view.state == TcpInfo::State::close_wait && !early_end_) return decide(Verdict::delivered);
  note_asked(now);
  const bool may_lag = is_reader() && time_is_near_;
  const bool heard_out = now - handed_over_at_ >= fresh && now - asked_at_ >= (may_lag ? lag : fresh);
  return heard_out ? decide(Verdict::delivered) : Verdict::undecided;
}

// True for the first time.
bool ReceiptWatch::note_asked(SteadyTime now) noexcept {
  if (asked_) return false;
  asked_ = true;
  asked_at_ = now;
  acknowledged_when_asked_ = view_.acknowledged;
  return true;
}

Verdict ReceiptWatch::watch_progress(SteadyTime now) noexcept {
  if (note_asked(now)) return Verdict::undecided;
  if (view_.acknowledged > acknowledged_when_asked_) {
    asked_ = false;  // the next newer scrape watches anew
    return Verdict::under_way;
  }
  return now - asked_at_ < progress_window ? Verdict::undecided : decide(Verdict::reset);
}

}  // namespace oneshot::net
