// SPDX-License-Identifier: MIT
#include "app/scrape/turns.hpp"

namespace oneshot::app {

struct Turns::Waiter {
  explicit Waiter(Turns& t) : turns(t), place(t.waiters_.insert(t.waiters_.end(), this)) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (!called) turns.waiters_.erase(place);
    if (called && !taken) turns.pass_on();  // its connection ended in between
  }

  Turns& turns;
  std::list<Waiter*>::iterator place;
  delivery::OneShotEvent its_turn;
  bool called = false;
  bool taken = false;
};

asio::awaitable<Turns::Turn> Turns::take(delivery::Waiting& waiting, SteadyTime until) {
  if (free_ > 0) {
    --free_;
    co_return Turn(*this);
  }
  if (waiters_.size() >= most_waiting_) co_return Turn();
  Waiter waiter(*this);
  co_await waiting.wait_until(waiter.its_turn, until);
  waiter.taken = waiter.called;
  if (waiter.taken) co_return Turn(*this);
  co_return Turn();
}

void Turns::pass_on() {
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  Waiter& next = *waiters_.front();
  waiters_.pop_front();
  next.called = true;
  const auto notify = next.its_turn.notifier();
  notify();
}

}  // namespace oneshot::app
