// SPDX-License-Identifier: MIT
// Replies that wait for something that serves many of them at once, such as a flush: pipelined requests of that kind
// are handled while earlier ones wait. Their replies go out in order, before anything else is answered or read.
#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "net/session/session.hpp"

namespace oneshot::net {
namespace {

constexpr std::size_t max_pending = 256;  // more would not make a flush cheaper

}  // namespace

// Keeps a reply that is not there yet. False: it is another kind of answer.
bool Session::keep_pending(http::Answer& answer) {
  auto* const reply = std::get_if<std::unique_ptr<http::PendingReply>>(&answer);
  if (reply == nullptr) return false;
  pending_.push_back({.reply = std::move(*reply),
                      .method = parser_.request().method,
                      .minor_version = parser_.minor_version(),
                      .keep_alive = parser_.keep_alive()});
  next_request();
  return true;
}

// The request that has just arrived may be handled before the pending replies are there: a POST, which sees nothing of
// what the requests before it did.
bool Session::joins_pending(http::Progress progress) noexcept {
  return progress == http::Progress::complete && parser_.request().method == http::Method::post &&
         pending_.size() < max_pending;
}

// Nothing is at hand that could join them, or the last one ends the connection.
bool Session::pending_due() const noexcept {
  return !pending_.empty() && (input_.empty() || !pending_.back().keep_alive);
}

// Its request's bytes are gone by now.
http::Reply Session::finished(http::PendingReply& reply) {
  try {
    return reply.finish();
  } catch (const std::exception& fault) {
    return failure("of a POST before", fault);
  }
}

// `one_more`: another reply follows at once. A flush is over for all of them at about the same time, so waiting for one
// after the other takes no longer than for the last. Where the connection ends, end_ says why.
asio::awaitable<void> Session::reply_to_pending(bool one_more) {
  const Phase before = std::exchange(phase_, Phase::handling);
  for (const Pending& one : pending_) {
    delivery::OneShotEvent& ready = one.reply->ready();
    if (!ready.notified()) co_await wait(ready);
    const http::Reply reply = finished(*one.reply);
    context_.statistics().count_response(reply.status);
    const bool is_last = &one == &pending_.back() && !one_more;
    const bool keep_alive = !is_last || (one.keep_alive && !stopping());
    append_reply(reply, one.method, one.minor_version, keep_alive);
    if (!keep_alive) end_ = End::ours;
  }
  pending_.clear();
  early_bytes_ = input_.size();
  enter(before);
  read_at_ = since_;
  if (out_.size() >= gather_limit && !send_now()) co_await flush();
}

}  // namespace oneshot::net
