// SPDX-License-Identifier: MIT
// The writing half of a session. One write for each reply, or for several pipelined ones: tried at once, since the
// kernel nearly always takes it all; only a full socket buffer makes the coroutine wait.
#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "http/response_writer.hpp"
#include "net/session/session.hpp"
#include "net/stream/kernel_buffers.hpp"

namespace oneshot::net {
namespace {

constexpr std::size_t keep_capacity = 16 * 1024;  // of the write buffer, between replies

}  // namespace

void Session::append_reply(const http::Reply& reply, http::Method method, int minor_version, bool keep_alive) {
  if (reply.has_event_id() && keep_alive && minor_version == 1 && reply.is_bare_ok()) {
    const ConnectionContext::PrerenderedOk ok = context_.prerendered_stored();
    const std::size_t id_at = out_.size() + ok.id_at;
    out_ += ok.text;
    std::memcpy(&out_[id_at], reply.event_id.data(), reply.event_id.size());
    return;
  }
  http::HeadOptions options;
  options.head_request = method == http::Method::head;
  options.keep_alive = keep_alive;
  options.http10 = minor_version == 0;
  options.date = context_.date();
  options.more = context_.options().reply_headers;
  http::append_head(out_, reply, options);
  if (!options.head_request) out_ += reply.body;
}

void Session::append_error_reply(const http::ProtocolError& error) {
  context_.statistics().count_response(error.status);
  if (log::enabled(log::Level::debug))
    log::debug("request refused", {{"peer", peer_.text()}, {"status", error.status}, {"reason", error.message}});
  http::Reply reply(error.status, error.message + '\n');
  reply.retry_after_seconds = error.retry_after_seconds;
  append_reply(reply, false);
  parser_.next();  // gives back now what a body that nobody reads has: the peer's end may take a while
}

// False: not all of it could be written at once; flush() writes the rest, which is in out_ or in the stream.
bool Session::send_now() noexcept {
  if (out_.empty()) return true;
  unread_.note_written();
  if (!stream_->try_write(out_)) return false;
  give_memory_back();
  return true;
}

void Session::give_memory_back() noexcept {
  if (out_.capacity() > keep_capacity) out_.shrink_to_fit();
  if (out_memory_.bytes() > 0) out_memory_.release();
}

// The rest of out_ stays until the peer has read what is before it. False: there is no memory for that.
bool Session::borrow_for_rest() {
  using Use = http::MemoryBudget::Use;
  if (out_.size() < out_.capacity() / 2) out_.shrink_to_fit();
  const std::size_t held = out_.capacity() + stream_->held();
  if (held <= keep_capacity) return true;
  const Use use = sending_ && sending_->has_receipt() ? Use::unsent : Use::request;
  if (out_memory_.grow_to(context_.memory(), held, use)) return true;
  context_.memory().note_refusal();
  return false;
}

// A far away reader gets no more in one round trip than half of the buffer. Where the budget has no room it takes more
// of them.
void Session::enlarge_send_buffer(std::uint64_t reply_size) noexcept {
  if (reply_size <= usual_send_buffer / 2 || kernel_memory_.bytes() > 0) return;
  constexpr std::size_t more = long_reply_send_buffer - usual_send_buffer;
  if (!kernel_memory_.grow_to(context_.memory(), more, http::MemoryBudget::Use::spare)) return;
  stream_->set_send_buffer(long_reply_send_buffer);
}

// Only when all is acknowledged: what is in the kernel stays there, whatever the size is now.
void Session::shrink_send_buffer() noexcept {
  if (kernel_memory_.bytes() == 0) return;
  stream_->set_send_buffer(usual_send_buffer);
  kernel_memory_.release();
}

// Only after send_now() said no. False: the connection ends, and end_ says why.
asio::awaitable<bool> Session::flush() {
  if (stop_ == Stop::now) {
    end_ = End::stopped;
    co_return false;
  }
  if (!borrow_for_rest()) {
    reset_unread();
    end_ = End::failed;
    co_return false;
  }
  const Phase phase = phase_;
  const SteadyTime since = since_;
  if (!sending_) enter(Phase::writing);  // a reply sent piecewise has a deadline of its own
  interrupted_ = End::none;
  blocked_since_ = coarse_steady_now();
  const auto [error, n] = co_await stream_->write(out_);
  blocked_since_ = {};
  unread_.note_written();
  out_.clear();
  give_memory_back();
  if (error) {
    end_ = interrupted_ == End::none ? End::failed : interrupted_;
    co_return false;
  }
  phase_ = phase;
  since_ = since;
  co_return true;
}

// What arrives before the last byte of a reply goes out was sent by a client that cannot have read it.
void Session::note_early_bytes() noexcept {
  early_bytes_ = input_.size();
  stream_->mark_early();
}

asio::awaitable<void> Session::send_piecewise(http::Reply& reply, bool keep_alive) {
  const bool has_receipt = reply.receipt != nullptr;
  sending_ = std::make_shared<TrackedReply>(*stream_, std::move(reply.receipt), std::move(reply.lease));
  append_reply(reply, keep_alive);
  const std::uint64_t size = reply.source != nullptr ? reply.source->size() : reply.body.size();
  sending_->start(reply.deadline, size);
  bool more = reply.source != nullptr && !parser_.head();
  if (more) enlarge_send_buffer(size);
  bool written = true;
  do {
    if (more) more = reply.source->append_next(out_);
    if (!more) note_early_bytes();
    written = send_now();
    if (!written) {
      written = co_await flush();
      if (!more) note_early_bytes();
    }
    if (written && more) co_await yield();
  } while (more && written && !sending_->settled());
  reply.source.reset();
  const auto sent = std::exchange(sending_, nullptr);
  if (!written || sent->settled()) {  // settled already: withdrawn for a newer scrape, or too late
    end_ = End::failed;
    if (!has_receipt && sent->settled()) context_.statistics().count_reset();  // by its deadline
    sent->failed();
    sent->release();
    co_return;
  }
  sent->handed_over();
  if (sent->has_receipt()) {
    tracked_ = sent;
  } else {
    sent->release();
  }
}

}  // namespace oneshot::net
