// SPDX-License-Identifier: MIT
// How a connection ends. The receipt of its last reply is settled before the socket is closed.
#include <algorithm>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <tuple>

#include "net/session/session.hpp"
#include "net/stream/cancel_after.hpp"

namespace oneshot::net {

asio::awaitable<void> Session::finish() {
  const Phase phase = phase_;
  switch (end_) {
    case End::none:
    case End::failed:
      if (tracked_) tracked_->failed();
      co_return;
    case End::by_peer:
      parser_.next();  // gives back what the begin of a body has: the acknowledgement may take a while
      co_await end_after_peer();
      co_return;
    case End::unread:
      reset_unread();
      co_return;
    case End::evicted:
      parser_.next();                 // gives back what the begin of a body has
      if (has_open_receipt()) break;  // in good order, as when it was idle for too long: its end is the receipt
      if (has_unread_reply()) {
        reset_unread();
        co_return;
      }
      if (tracked_) tracked_->give_up();  // before the 503, whose own bytes are not acknowledged yet
      stream_->give_up_after(ending_timeout);
      append_error_reply({.status = 503,
                          .message = "closed to make room for a newer connection: the server can have no more "
                                     "(max_connections, max_connections_per_peer, open files)",
                          .retry_after_seconds = 1});
      send_now();
      co_return;
    case End::timeout:
      if (phase == Phase::writing) {
        reset_unread();
        co_return;
      }
      if (phase == Phase::header)
        append_error_reply(
            {.status = 408, .message = "the request did not arrive whole within header_timeout_seconds"});
      break;
    case End::stopped:
    case End::ours:
      break;
  }
  if (!send_now()) {
    const End why = end_;
    const bool written = co_await flush();
    if (!written) {
      if (tracked_) tracked_->give_up();
      co_return;
    }
    end_ = why;
  }
  co_await half_close();
}

// For a peer that does not read. Closing would leave what it has not read to the kernel, which keeps that for minutes.
void Session::reset_unread() noexcept {
  if (tracked_) tracked_->give_up();
  context_.statistics().count_reset();
  stream_->reset();
}

// The time to be read is over: of the peer, or because its place goes to another one, who does not wait for a reply
// that may be on its way still.
void Session::leave_unread() noexcept {
  const bool is_read = stop_ == Stop::now || all_is_acknowledged();
  if (!is_read && (interrupted_ != End::evicted || has_unread_reply())) return reset_unread();
  if (tracked_) tracked_->give_up();
  if (!is_read) stream_->give_up_after(ending_timeout);
}

// After both ends: nearly always all is acknowledged by then. Else the connection keeps its place, and its reply its
// time, until the peer's kernel has the reply; no event tells of that.
asio::awaitable<void> Session::await_reader() {
  if (all_is_acknowledged()) co_return;
  enter(Phase::ending);
  interrupted_ = End::none;
  std::chrono::milliseconds wait{1};
  while (stop_ != Stop::now && interrupted_ == End::none) {
    co_await pause(wait);
    wait = std::min(wait * 2, std::chrono::milliseconds(100));
    if (all_is_acknowledged()) co_return;
  }
  leave_unread();
}

// No event tells of an acknowledgement, so the connection is sampled again and again: up to the reply's deadline, and
// where that is over (bytes of later replies may be missing) as long as for any other end.
asio::awaitable<void> Session::await_acknowledgement() {
  if (!tracked_) co_return;
  enter(Phase::handling);
  const SteadyTime limit = std::max(tracked_->deadline(), since_ + ending_timeout);
  std::chrono::milliseconds wait{1};
  while (has_open_receipt() && stop_ != Stop::now && std::chrono::steady_clock::now() < limit) {
    co_await pause(wait);
    wait = std::min(wait * 2, std::chrono::milliseconds(100));
    tracked_->poll();
  }
  tracked_->give_up();
}

asio::awaitable<void> Session::end_after_peer() {
  if (tracked_) tracked_->end_of_stream();
  co_await await_acknowledgement();
  if (all_is_acknowledged()) co_return;
  stream_->shutdown_write();
  co_await await_reader();
}

// Once the connection has rested, a reset means nothing, but where the reader itself has the connection: then it means
// as much as ever. A reader that keeps the connection reads our end. One that was told to close it does so by itself,
// also where it stood still until its deadline was over, and then read the reply all the same: so our end does not
// come before the connection has been idle for as long as it may.
bool Session::our_turn() const noexcept {
  const bool closes_by_itself = end_ == End::ours && tracked_->by_reader_itself();
  if (closes_by_itself && !stopping()) return false;
  const bool is_late = std::chrono::steady_clock::now() >= tracked_->deadline();
  return is_late || (tracked_->has_rested() && !closes_by_itself);
}

// Where bytes are encrypted, our end is a record too. A peer that has read its reply whole and closes leaves that
// record unread, and then its kernel resets: so do Python's urllib and nginx, and a client whose own end got lost on
// the way. So the peer's end may come first, as long as a reset would mean that the reply was not read. Returns the
// error that the wait ended with; none: it is our turn.
asio::awaitable<asio::error_code> Session::await_end_before_ours() {
  enter(Phase::ending);
  interrupted_ = End::none;
  while (stop_ != Stop::now && interrupted_ == End::none && has_open_receipt() && !our_turn()) {
    const CancelAfter step(*stream_, std::chrono::milliseconds(100));
    const auto [error, size] = co_await read_some();
    const bool stepped = error == asio::error::operation_aborted && step.is_over();
    const bool goes_on = error == Stream::no_more_requests || stepped;
    if (error && !goes_on && interrupted_ == End::none) co_return error;
  }
  co_return asio::error_code();
}

// Our end first; then what the peer still sends is read and dropped until its own end comes. Closing with unread input
// would make the kernel send a reset, and that can destroy a reply on its way.
asio::awaitable<void> Session::half_close() {
  asio::error_code error;
  if (stream_->is_encrypted() && has_open_receipt()) {
    error = co_await await_end_before_ours();
    if (error == asio::error::eof) {
      co_await end_after_peer();
      co_return;
    }
  }
  if (tracked_) tracked_->end_sent();
  if (!error) error = stream_->shutdown_write();
  enter(Phase::ending);
  interrupted_ = End::none;
  while (!error && stop_ != Stop::now && interrupted_ == End::none) {
    std::size_t n = 0;
    std::tie(error, n) = co_await read_some();
  }
  if (error == asio::error::eof) {
    if (has_open_receipt()) {
      tracked_->end_of_stream();
      co_await await_acknowledgement();
    }
    co_await await_reader();
  } else if (interrupted_ != End::none || stop_ == Stop::now) {
    leave_unread();
  } else if (tracked_) {
    tracked_->failed();
  }
}

}  // namespace oneshot::net
