// SPDX-License-Identifier: MIT
// Asio asks for what has happened to sockets once in each round of its queue. Those that are called run one behind the
// other, and behind them call_some(), which so knows how long they took. What it calls then comes in the next round.
#include "net/session/long_work.hpp"

#include <algorithm>
#include <asio/post.hpp>

#include "net/asio_compat.hpp"

namespace oneshot::net {

asio::awaitable<void> LongWork::take_turn(asio::any_io_executor executor) {
  if (!calling_) {
    calling_ = true;
    asio::post(executor, [this, executor] { call_some(executor); });
    co_await asio::post(executor, asio::use_awaitable);
    co_return;
  }
  const auto turn = std::make_shared<asio::steady_timer>(executor, SteadyTime::max());
  waiting_.push_back(turn);
  co_await turn->async_wait(nothrow);
  if (!resumed_) resumed_ = now_();
}

void LongWork::call_some(const asio::any_io_executor& executor) {
  if (resumed_) see_how_long_it_took();
  std::size_t called = 0;
  while (called < at_once_ && call_next()) ++called;
  calling_ = called > 0;
  if (!calling_) {
    at_once_ = 1;
    return;
  }
  called_ = now_();
  asio::post(executor, [this, executor] { call_some(executor); });
}

// False: nobody waits. Whoever has gone meanwhile has no turn.
bool LongWork::call_next() {
  while (!waiting_.empty()) {
    const auto turn = waiting_.front().lock();
    waiting_.pop_front();
    if (turn == nullptr) continue;
    turn->cancel();
    return true;
  }
  return false;
}

void LongWork::see_how_long_it_took() {
  const auto ordinary = std::chrono::duration_cast<std::chrono::microseconds>(*resumed_ - called_);
  const auto took = now_() - *resumed_;
  const auto may_take = std::clamp(ordinary, least_of_round, most_of_round);
  resumed_.reset();
  if (took > may_take) {
    at_once_ = std::max<std::size_t>(at_once_ / 2, 1);
  } else if (took * (at_once_ + 1) / at_once_ <= may_take) {
    ++at_once_;
  }
}

}  // namespace oneshot::net
