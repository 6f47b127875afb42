// SPDX-License-Identifier: MIT
// What a handler may wait for while its request is being answered, and how the worker ends what a session waits for.
#include <algorithm>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include "net/asio_compat.hpp"
#include "net/event_wait.hpp"
#include "net/session.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

// How long a new connection may take to send its request when the program stops. It was accepted, so it is answered:
// a client whose very first request meets an end knows no better than that it was refused.
constexpr milliseconds stop_patience{500};

}  // namespace

asio::awaitable<void> Session::yield() {
  const auto executor = stream_->executor();
  co_await asio::post(executor, asio::use_awaitable);
  run_errands();
}

asio::awaitable<void> Session::pause(milliseconds duration) {
  asio::steady_timer timer(stream_->executor());
  timer.expires_after(duration);
  co_await timer.async_wait(nothrow);
}

asio::awaitable<void> Session::wait(delivery::OneShotEvent& event) {
  const auto executor = stream_->executor();
  co_await net::wait_until(executor, event, SteadyTime::max());
}

asio::awaitable<void> Session::wait_until(delivery::OneShotEvent& event, SteadyTime until) {
  if (stopping() || peer_closed()) co_return;
  const auto timer = std::make_shared<asio::steady_timer>(stream_->executor(), until);
  const CancelOn notified(event, timer);
  // What arrives meanwhile is the client's end, or a pipelined request; either says so once. The call may come after
  // this session is gone: then `here` is.
  const auto here = std::make_shared<bool>(true);
  const std::weak_ptr<bool> still_here = here;
  stream_->on_readable([this, timer, still_here] {
    if (!still_here.expired() && peer_closed()) timer->cancel();
  });
  waiting_ = timer;
  co_await timer->async_wait(nothrow);
  waiting_ = nullptr;
  stream_->cancel();
}

bool Session::peer_closed() noexcept { return !stream_->is_established(); }

void Session::interrupt(End why) {
  interrupted_ = why;
  stream_->cancel();
}

void Session::check_deadline(SteadyTime now) {
  milliseconds limit{};
  switch (phase_) {
    case Phase::handling:
      return;
    case Phase::opened:
      limit = context_.options().header_timeout;
      if (stopping()) limit = std::min(limit, stop_patience);
      break;
    case Phase::header:
    case Phase::writing:
      limit = context_.options().header_timeout;
      break;
    case Phase::idle:
      limit = context_.options().idle_timeout;
      break;
    case Phase::ending:
      limit = ending_timeout;
      break;
  }
  if (now - since_ >= limit) interrupt(End::timeout);
}

void Session::stop() {
  stop_ = std::max(stop_, Stop::in_order);
  if (waiting_ != nullptr) waiting_->cancel();
  if (phase_ == Phase::idle && !stream_->has_unread()) interrupt(End::stopped);
}

void Session::stop_now() {
  stop_ = Stop::now;
  if (waiting_ != nullptr) waiting_->cancel();
  interrupt(End::stopped);
}

}  // namespace oneshot::net
