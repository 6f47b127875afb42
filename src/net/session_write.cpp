// SPDX-License-Identifier: MIT
// The writing half of a session. One write for each reply, or for several pipelined ones: tried at once, since the
// kernel nearly always takes it all; only a full socket buffer makes the coroutine wait.
#include <sys/socket.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <utility>

#include "base/log.hpp"
#include "http/response_writer.hpp"
#include "net/asio_compat.hpp"
#include "net/receipt/tcp_info.hpp"
#include "net/session.hpp"
#include "net/worker.hpp"

namespace oneshot::net {
namespace {

constexpr std::size_t keep_capacity = 16 * 1024;  // of the write buffer, between replies

}  // namespace

void Session::append_reply(const http::Reply& reply, http::Method method, int minor_version, bool keep_alive) {
  if (method == http::Method::post && keep_alive && minor_version == 1 && reply.is_bare_ok()) {
    out_ += worker_.prerendered_ok();
    return;
  }
  http::HeadOptions options;
  options.head_request = method == http::Method::head;
  options.keep_alive = keep_alive;
  options.http10 = minor_version == 0;
  options.date = worker_.date();
  http::append_head(out_, reply, options);
  if (!options.head_request) out_ += reply.body;
}

void Session::append_error_reply(const http::ProtocolError& error) {
  worker_.statistics().count_response(error.status);
  if (log::enabled(log::Level::debug))
    log::debug("request refused", {{"peer", peer_.text()}, {"status", error.status}, {"reason", error.message}});
  http::Reply reply(error.status, error.message + '\n');
  reply.retry_after_seconds = error.retry_after_seconds;
  request_.method = parser_.head() ? http::Method::head : http::Method::other;
  append_reply(reply, false);
  parser_.next();  // gives back now what a body that nobody reads has: the peer's end may take a while
}

// False: not all of it could be written at once, the rest is still in out_.
bool Session::send_now() noexcept {
  if (out_.empty()) return true;
  const ssize_t n = ::send(socket_.native_handle(), out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) return false;  // what is wrong shows in flush()
  if (static_cast<std::size_t>(n) < out_.size()) {
    out_.erase(0, static_cast<std::size_t>(n));
    return false;
  }
  out_.clear();
  if (out_.capacity() > keep_capacity) out_.shrink_to_fit();
  return true;
}

asio::awaitable<bool> Session::flush() {
  if (send_now()) co_return true;
  if (stop_now_) {
    end_ = End::stopped;
    co_return false;
  }
  enter(sending_ ? Phase::handling : Phase::writing);  // a reply sent piecewise has a deadline of its own
  interrupted_ = End::none;
  const auto rest = asio::buffer(std::as_const(out_));
  const auto [error, n] = co_await asio::async_write(socket_, rest, nothrow);
  out_.clear();
  if (out_.capacity() > keep_capacity) out_.shrink_to_fit();
  if (!error) co_return true;
  end_ = interrupted_ == End::none ? End::failed : interrupted_;
  co_return false;
}

asio::awaitable<bool> Session::send_piecewise(http::Reply& reply, bool keep_alive) {
  sending_ = std::make_shared<TrackedReply>(socket_, std::move(reply.receipt));
  append_reply(reply, keep_alive);
  sending_->start(reply.deadline);
  bool more = reply.source != nullptr && request_.method != http::Method::head;
  bool written = true;
  do {
    if (more) more = reply.source->append_next(out_);
    // What arrives before the last byte goes out was sent by a client that cannot have read it.
    if (!more) early_bytes_ = input_.size() + readable_bytes(socket_.native_handle());
    written = send_now();
    if (!written) {
      written = co_await flush();
      if (!more) early_bytes_ = std::max(early_bytes_, input_.size() + readable_bytes(socket_.native_handle()));
    } else if (more) {
      co_await yield();
    }
  } while (more && written && !sending_->settled());
  reply.source.reset();
  const auto sent = std::exchange(sending_, nullptr);
  if (!written || sent->settled()) {  // settled already: withdrawn for a newer scrape, or too late
    end_ = End::failed;
    sent->failed();
    sent->release();
    co_return false;
  }
  sent->handed_over();
  if (sent->has_receipt()) {
    tracked_ = sent;
  } else {
    sent->release();
  }
  co_return true;
}

}  // namespace oneshot::net
