// SPDX-License-Identifier: MIT
// Asio asks for what has happened to sockets once in each round of its queue. Here one is called in each round, since
// the call of the next one is posted behind the work of this one.
#include "net/session/long_work.hpp"

#include <asio/post.hpp>

#include "base/clock.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::net {

asio::awaitable<void> LongWork::take_turn(asio::any_io_executor executor) {
  if (!calling_) {
    calling_ = true;
    asio::post(executor, [this, executor] { call_next(executor); });
    co_await asio::post(executor, asio::use_awaitable);
    co_return;
  }
  const auto turn = std::make_shared<asio::steady_timer>(executor, SteadyTime::max());
  waiting_.push_back(turn);
  co_await turn->async_wait(nothrow);
}

// Whoever has gone meanwhile has no turn.
void LongWork::call_next(const asio::any_io_executor& executor) {
  while (!waiting_.empty()) {
    const auto turn = waiting_.front().lock();
    waiting_.pop_front();
    if (turn == nullptr) continue;
    turn->cancel();
    asio::post(executor, [this, executor] { call_next(executor); });
    return;
  }
  calling_ = false;
}

}  // namespace oneshot::net
