// SPDX-License-Identifier: MIT
// One coroutine for each connection: run() feeds the parser from one buffer and has each whole request answered before
// the next one is parsed, so that pipelined replies go out in order; replies gather in `out_` and are written when
// there is nothing left to parse. What the kernel tells about a reply with a receipt goes to its TrackedReply.
#include "net/session/session.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/response_writer.hpp"

namespace oneshot::net {

Session::Session(ConnectionContext& context, std::unique_ptr<Stream> stream, const Address& peer, std::uint64_t id,
                 std::uint8_t listener)
    : context_(context),
      stream_(std::move(stream)),
      parser_({.bodies = &context.handler(), .budget = &context.memory()}),
      peer_(peer),
      since_(std::chrono::steady_clock::now()),
      buffer_(context.read_buffers()) {
  http::Request& request = parser_.request();
  request.peer = peer_;
  request.connection = id;
  request.listener = listener;
  request.secure = stream_->is_encrypted();
}

Session::~Session() {
  if (sending_) sending_->release();
  if (tracked_) tracked_->release();
}

asio::awaitable<void> Session::run() {
  while (end_ == End::none) {
    if (pending_due()) {
      if (input_.empty()) buffer_.give_back();  // hundreds may wait at once, and no request is at hand here
      auto work = reply_to_pending(false);
      co_await std::move(work);
      continue;
    }
    if (input_.empty()) {
      if (!send_now()) {
        const bool written = co_await flush();
        if (!written) break;
      }
      if (!may_read()) break;
      // Here and not in a coroutine of its own, whose frame would cost as much as an event.
      const auto [error, size] = co_await read_some();
      if (!note_read(error, size)) break;
    }
    const http::Fed fed = parser_.feed(input_);
    if (between_requests() && (parser_.started() || fed.progress == http::Progress::error)) note_request_began();
    input_.remove_prefix(fed.used);
    early_bytes_ -= std::min(early_bytes_, fed.used);
    if (!pending_.empty() && fed.progress != http::Progress::need_more && !joins_pending(fed.progress)) {
      auto work = reply_to_pending(false);
      co_await std::move(work);
      if (end_ != End::none) break;
    }
    switch (fed.progress) {
      case http::Progress::need_more:
        break;
      case http::Progress::continue_wanted:
        out_ += http::continue_reply;
        break;
      case http::Progress::complete: {
        http::Answer answer = ask();
        const bool is_done = pending_.empty() && answer_at_once(answer);
        if (!is_done && !keep_pending(answer)) {
          if (!pending_.empty()) {
            auto earlier = reply_to_pending(true);
            co_await std::move(earlier);
            if (end_ != End::none) break;
          }
          auto work = answer_later(std::move(answer));
          co_await std::move(work);
          read_at_ = coarse_steady_now();
        }
        break;
      }
      case http::Progress::error:
        append_error_reply(parser_.error());
        end_ = End::ours;
        break;
    }
  }
  co_await finish();
}

bool Session::may_read() {
  if (stop_ == Stop::now || (stopping() && phase_ == Phase::idle && !stream_->has_unread())) {
    end_ = End::stopped;
    return false;
  }
  if (phase_ == Phase::idle) enter(Phase::idle);
  interrupted_ = End::none;
  return true;
}

// The parser needs nothing of what was read before. Not a coroutine: see SocketStream::read_some().
asio::awaitable<Stream::Transferred> Session::read_some() {
  buffer_.give_back();
  return stream_->read_some(buffer_);
}

bool Session::note_read(asio::error_code error, std::size_t size) {
  if (error) {
    end_ = End::failed;
    if (error == asio::error::eof) end_ = End::by_peer;
    if (error == Stream::no_more_requests) end_ = End::ours;
    if (interrupted_ != End::none) end_ = interrupted_;
    return false;
  }
  given_ += size;
  if (interrupted_ == End::evicted && !has_open_receipt()) {  // the eviction came after the bytes: refused, not lost
    end_ = End::evicted;
    return false;
  }
  input_ = std::string_view(buffer_.data(), size);
  early_bytes_ = stream_->early_of(size);
  read_at_ = coarse_steady_now();
  return true;
}

// The first byte of a request: the moment that tells whether its client had read the reply before it.
void Session::note_request_began() {
  http::Request& request = parser_.request();
  request.arrived = read_at_;
  request.pipelined = early_bytes_ > 0 || !pending_.empty();
  if (!request.pipelined && tracked_) {
    tracked_->request_began();
    request.pipelined = has_open_receipt();
  }
  // The time of a new connection's header counts from its opening.
  if (phase_ == Phase::idle) since_ = request.arrived;
  phase_ = Phase::header;
}

http::Reply Session::failure(std::string_view path, const std::exception& fault) {
  log::error("a request handler failed", {{"path", path}, {"error", fault.what()}});
  return http::Reply(500, "internal error; the server's log has it\n");
}

http::Answer Session::ask() {
  phase_ = Phase::handling;  // which has no limit: no look at the clock
  run_errands();             // none of which takes this session's place now
  http::Request& request = parser_.request();
  if (request.secure) request.peer_names = stream_->peer_names();
  try {
    return context_.handler().handle(request, *this);
  } catch (const std::exception& fault) {
    return failure(request.path, fault);
  }
}

// Nearly every request is answered here. False: something of it has to be waited for.
bool Session::answer_at_once(const http::Answer& answer) {
  const auto* const reply = std::get_if<http::Reply>(&answer);
  if (reply == nullptr || reply->source || reply->receipt || out_.size() >= gather_limit) return false;
  const bool keep_alive = note_reply(reply->status);
  append_reply(*reply, keep_alive);
  early_bytes_ = input_.size();
  next_request();
  return true;
}

asio::awaitable<void> Session::answer_later(http::Answer answer) {
  http::Reply reply;
  try {
    if (auto* const later = std::get_if<asio::awaitable<http::Reply>>(&answer)) {
      auto work = std::move(*later);
      reply = co_await std::move(work);
    } else {
      reply = std::move(std::get<http::Reply>(answer));
    }
  } catch (const std::exception& fault) {
    reply = failure(parser_.request().path, fault);
  }
  if (reply.scraper != 0) scraper_ = reply.scraper;
  const bool keep_alive = note_reply(reply.status, reply.closes);
  if (reply.source || reply.receipt) {
    co_await send_piecewise(reply, keep_alive);
  } else {
    append_reply(reply, keep_alive);
    early_bytes_ = input_.size();
    if (out_.size() >= gather_limit && !send_now()) {
      const bool written = co_await flush();
      if (!written) co_return;
    }
  }
  next_request();
}

// True: the connection lives on after it.
bool Session::note_reply(int status, bool closes) {
  context_.statistics().count_response(status);
  const bool keep_alive = parser_.keep_alive() && !closes && !stopping();
  if (!keep_alive) end_ = End::ours;
  return keep_alive;
}

void Session::next_request() {
  parser_.next();
  phase_ = Phase::idle;  // without a look at the clock: may_read() notes the time, if the next has not arrived yet
}

void Session::enter(Phase phase) noexcept {
  phase_ = phase;
  since_ = coarse_steady_now();
}

}  // namespace oneshot::net
