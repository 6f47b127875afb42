// SPDX-License-Identifier: MIT
// What a handler may wait for while its request is being answered, and how the worker ends what a session waits for.
#include <algorithm>

#include "net/asio_compat.hpp"
#include "net/event_wait.hpp"
#include "net/session/session.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

// How long a new connection may take to send its request when the program stops. It was accepted, so it is answered:
// a client whose very first request meets an end knows no better than that it was refused.
constexpr milliseconds stop_patience{500};
// How long the end of a client that has read everything is waited for at the stop. One that closes by itself does so in
// milliseconds; a pool of connections notices our end when it wants to use the connection, minutes later.
constexpr milliseconds stop_end_patience{250};
// How long a client may take with memory of the budget that others want.
constexpr milliseconds patience_when_half_is_lent{2000};

}  // namespace

asio::awaitable<void> Session::yield() {
  auto turn = context_.long_work().take_turn(stream_->executor());
  co_await std::move(turn);
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

bool Session::peer_reset() noexcept { return stream_->sample().state == TcpInfo::State::closed; }

void Session::interrupt(End why) {
  interrupted_ = why;
  stream_->cancel();
}

void Session::check_deadline(SteadyTime now) {
  if (!unread_.is_quiet()) look_for_unread(now);
  if (phase_ == Phase::handling) return;
  if (now - since_ >= phase_limit()) interrupt(End::timeout);
}

// While over half of the memory is lent, who holds some of it must make progress.
milliseconds Session::borrower_limit() const noexcept {
  const milliseconds usual = context_.options().header_timeout;
  return context_.memory().is_over_half_lent() ? std::min(usual, patience_when_half_is_lent) : usual;
}

milliseconds Session::phase_limit() const noexcept {
  const milliseconds usual = context_.options().header_timeout;
  switch (phase_) {
    case Phase::handling:
      break;
    case Phase::opened:
      return stopping() ? std::min(usual, stop_patience) : usual;
    case Phase::header:
      return parser_.borrows() ? borrower_limit() : usual;
    case Phase::writing:
      return out_memory_.bytes() > 0 ? borrower_limit() : usual;
    case Phase::idle:
      return context_.options().idle_timeout;
    case Phase::ending:
      // A reader that is stopped answers our end when it goes on.
      if (has_open_receipt() && tracked_->by_reader_itself())
        return std::max(context_.options().idle_timeout, ending_timeout);
      if (stopping() && !has_open_receipt() && stream_->sent().unacknowledged == 0) return stop_end_patience;
      return unread_.is_quiet() ? ending_timeout : std::max(usual, ending_timeout);
  }
  return milliseconds::max();
}

// The deadline of a reply with one is its own, as long as that is open.
void Session::look_for_unread(SteadyTime now) {
  const Sent sent = stream_->sent();
  if (sent.unacknowledged == 0 && !sending_) shrink_send_buffer();
  const bool is_overdue = unread_.look(sent, now, context_.options().header_timeout);
  if (!is_overdue || sending_ || phase_ == Phase::handling) return;
  if (has_open_receipt() && now < tracked_->deadline()) return;
  interrupt(End::unread);
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
