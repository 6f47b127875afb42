// SPDX-License-Identifier: MIT
#include "net/receipt_watch.hpp"

#include <cassert>

namespace oneshot::net {

using Verdict = ReceiptWatch::Verdict;

// A reset can be fetched as an error only once; afterwards the state alone tells of it, except where our own end was
// first: then an orderly end leads to the same state.
bool ReceiptWatch::broken(const TcpView& view) const noexcept {
  return view.error || (view.state == TcpView::State::closed && !end_sent_);
}

// Our own end (FIN) is counted among what is unacknowledged; it is no byte of the reply.
bool ReceiptWatch::all_acknowledged(const TcpView& view) const noexcept {
  return view.unacknowledged <= (end_sent_ ? 1U : 0U);
}

void ReceiptWatch::handed_over(const TcpView& view, SteadyTime now) noexcept {
  assert(state_ == State::writing);
  early_end_ = view.state == TcpView::State::close_wait;
  last_byte_ = view.acknowledged + view.unacknowledged;
  state_ = State::sent;
  handed_over_at_ = now;
}

Verdict ReceiptWatch::request_began(const TcpView& view) const noexcept {
  if (broken(view)) return failed(view);
  if (state_ == State::writing || !all_acknowledged(view)) return Verdict::undecided;
  return Verdict::delivered;
}

Verdict ReceiptWatch::end_of_stream(const TcpView& view, SteadyTime now) noexcept {
  if (state_ == State::writing) return Verdict::undecided;
  state_ = State::ended;
  if (!all_acknowledged(view)) early_end_ = true;
  return poll(view, now);
}

Verdict ReceiptWatch::poll(const TcpView& view, SteadyTime now) const noexcept {
  if (broken(view)) return failed(view);
  if (state_ != State::ended || !all_acknowledged(view)) return Verdict::undecided;
  return early_end_ && now - handed_over_at_ < fresh ? Verdict::undecided : Verdict::delivered;
}

Verdict ReceiptWatch::failed(const TcpView& view) const noexcept {
  const bool whole = state_ != State::writing && view.acknowledged >= last_byte_;
  return whole ? Verdict::unread : Verdict::cut_short;
}

Verdict ReceiptWatch::deadline(const TcpView& view) const noexcept {
  if (broken(view)) return failed(view);
  // Not whole by now: the scraper has given up or will; make sure that it cannot take the rest for good.
  if (state_ == State::writing || !all_acknowledged(view)) return Verdict::reset;
  return state_ == State::ended ? Verdict::delivered : Verdict::undecided;
}

Verdict ReceiptWatch::give_up(const TcpView& view) const noexcept {
  if (broken(view)) return failed(view);
  if (state_ == State::writing || !all_acknowledged(view)) return Verdict::reset;
  return Verdict::delivered;
}

Verdict ReceiptWatch::newer_scrape(const TcpView& view, SteadyTime now) noexcept {
  if (broken(view)) return failed(view);
  if (view.state == TcpView::State::closed) return Verdict::undecided;  // the connection itself is about to say
  if (state_ != State::writing && all_acknowledged(view)) {
    // A peer that has ended after reading all has decided it; one that is silent may be about to give up.
    if (view.state == TcpView::State::close_wait && !early_end_) return Verdict::delivered;
    return now - handed_over_at_ < fresh ? Verdict::undecided : Verdict::delivered;
  }
  if (!asked_) {
    asked_ = true;
    asked_at_ = now;
    acknowledged_when_asked_ = view.acknowledged;
    return Verdict::undecided;
  }
  if (view.acknowledged > acknowledged_when_asked_) {
    asked_ = false;  // the next newer scrape watches anew
    return Verdict::under_way;
  }
  return now - asked_at_ < progress_window ? Verdict::undecided : Verdict::reset;
}

}  // namespace oneshot::net
