// SPDX-License-Identifier: MIT
// One coroutine for each connection: run() feeds the parser from one buffer and has each whole request answered before
// it looks at the next, so that pipelined replies go out in order; replies gather in `out_` and are written when there
// is nothing left to parse. What the kernel tells about a reply with a receipt goes to its TrackedReply.
#include "net/session.hpp"

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/response_writer.hpp"
#include "net/asio_compat.hpp"
#include "net/receipt/tcp_info.hpp"
#include "net/worker.hpp"

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a new connection may take to send its request when the program stops. It was accepted, so it is answered:
// a client whose very first request meets an end knows no better than that it was refused.
constexpr milliseconds stop_patience{500};
// How long a scraper whose place is wanted may take to answer our end with its own.
constexpr milliseconds end_patience{150};

}  // namespace

Session::Session(Worker& worker, asio::ip::tcp::socket socket, const Address& peer)
    : worker_(worker),
      socket_(std::move(socket)),
      parser_({.bodies = &worker.handler(), .budget = &worker.bodies()}),
      peer_(peer),
      since_(steady_clock::now()) {
  id_ = worker_.enter(*this);
}

Session::~Session() {
  if (sending_) sending_->release();
  if (tracked_) tracked_->release();
  worker_.leave(id_);
}

asio::awaitable<void> Session::run() {
  bool open = true;
  while (open) {
    if (pending_due()) {
      auto work = reply_to_pending(false);
      open = co_await std::move(work);
      continue;
    }
    if (input_.empty()) {
      if (!send_now()) {
        const bool written = co_await flush();
        if (!written) break;
      }
      if (!may_read()) break;
      // Here and not in a coroutine of its own, whose frame would cost as much as an event.
      const auto space = asio::buffer(buffer_);
      const auto [error, size] = co_await socket_.async_read_some(space, nothrow);
      if (!note_read(error, size)) break;
    }
    const http::Fed fed = parser_.feed(input_);
    if (!request_began_ && (parser_.started() || fed.progress == http::Progress::error)) note_request_began();
    input_.remove_prefix(fed.used);
    early_bytes_ -= std::min<std::uint64_t>(early_bytes_, fed.used);
    if (!pending_.empty() && fed.progress != http::Progress::need_more && !joins_pending(fed.progress)) {
      auto work = reply_to_pending(false);
      open = co_await std::move(work);
      if (!open) break;
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
            open = co_await std::move(earlier);
            if (!open) break;
          }
          auto work = answer_later(std::move(answer));
          open = co_await std::move(work);
          looked_at_ = coarse_steady_now();
        }
        open = open && end_ == End::none;
        break;
      }
      case http::Progress::error:
        append_error_reply(parser_.error());
        end_ = End::ours;
        open = false;
        break;
    }
  }
  co_await finish();
}

bool Session::may_read() {
  if (stop_now_ || (stopping_ && !fresh_ && !request_began_ && readable_bytes(socket_.native_handle()) == 0)) {
    end_ = End::stopped;
    return false;
  }
  if (!fresh_ && !request_began_) enter(Phase::idle);
  interrupted_ = End::none;
  return true;
}

bool Session::note_read(asio::error_code error, std::size_t size) {
  if (error) {
    end_ = error == asio::error::eof ? End::by_peer : End::failed;
    if (interrupted_ != End::none) end_ = interrupted_;
    return false;
  }
  input_ = std::string_view(buffer_.data(), size);
  looked_at_ = coarse_steady_now();
  return true;
}

// The first byte of a request: the moment that tells whether its client had read the reply before it.
void Session::note_request_began() {
  request_began_ = true;
  request_.arrived = looked_at_;
  request_.pipelined = early_bytes_ > 0 || !pending_.empty();
  if (!request_.pipelined && tracked_) {
    tracked_->request_began();
    request_.pipelined = has_open_receipt();
  }
  if (fresh_) return;  // a new connection has been in its header since it was opened
  phase_ = Phase::header;
  since_ = request_.arrived;
}

http::Reply Session::failure(const std::exception& fault) const {
  log::error("a request handler failed", {{"path", request_.path}, {"error", fault.what()}});
  return http::Reply(500, "internal error; the server's log has it\n");
}

http::Answer Session::ask() {
  phase_ = Phase::handling;  // which has no limit: no look at the clock
  const SteadyTime arrived = request_.arrived;
  const bool pipelined = request_.pipelined;
  request_ = parser_.request();
  request_.peer = peer_;
  request_.connection = id_;
  request_.arrived = arrived;
  request_.pipelined = pipelined;
  try {
    return worker_.handler().handle(request_, *this);
  } catch (const std::exception& fault) {
    return failure(fault);
  }
}

// Nearly every request is answered here. False: something of it has to be waited for.
bool Session::answer_at_once(const http::Answer& answer) {
  const auto* const reply = std::get_if<http::Reply>(&answer);
  if (reply == nullptr || reply->source || reply->receipt || out_.size() >= gather_limit) return false;
  const bool keep_alive = note_reply(reply->status);
  append_reply(*reply, keep_alive);
  early_bytes_ = std::max<std::uint64_t>(early_bytes_, input_.size());
  next_request();
  return true;
}

asio::awaitable<bool> Session::answer_later(http::Answer answer) {
  http::Reply reply;
  try {
    if (auto* const later = std::get_if<asio::awaitable<http::Reply>>(&answer)) {
      auto work = std::move(*later);
      reply = co_await std::move(work);
    } else {
      reply = std::move(std::get<http::Reply>(answer));
    }
  } catch (const std::exception& fault) {
    reply = failure(fault);
  }
  const bool keep_alive = note_reply(reply.status);
  bool written = true;
  if (reply.source || reply.receipt) {
    written = co_await send_piecewise(reply, keep_alive);
  } else {
    append_reply(reply, keep_alive);
    early_bytes_ = std::max<std::uint64_t>(early_bytes_, input_.size());
    if (out_.size() >= gather_limit) written = co_await flush();
  }
  next_request();
  co_return written;
}

/// Whether the connection lives on after it.
bool Session::note_reply(int status) {
  worker_.statistics().count_response(status);
  const bool keep_alive = parser_.keep_alive() && !stopping_;
  if (!keep_alive) end_ = End::ours;
  return keep_alive;
}

void Session::next_request() {
  parser_.next();
  request_began_ = false;
  fresh_ = false;
}

asio::awaitable<void> Session::yield() {
  const auto executor = socket_.get_executor();
  co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<void> Session::pause(milliseconds duration) {
  asio::steady_timer timer(socket_.get_executor());
  timer.expires_after(duration);
  co_await timer.async_wait(nothrow);
}

asio::awaitable<void> Session::wait(delivery::OneShotEvent& event) {
  const auto executor = socket_.get_executor();
  const auto timer = std::make_shared<asio::steady_timer>(executor, SteadyTime::max());
  // Posted, the end of the wait comes after its begin, since both are on this thread.
  event.on_notify([executor, timer] { asio::post(executor, [timer] { timer->cancel(); }); });
  co_await timer->async_wait(nothrow);
  event.forget();
}

asio::awaitable<void> Session::wait_until(delivery::OneShotEvent& event, SteadyTime until) {
  if (stopping_ || peer_closed()) co_return;
  const auto executor = socket_.get_executor();
  const auto timer = std::make_shared<asio::steady_timer>(executor, until);
  event.on_notify([executor, timer] { asio::post(executor, [timer] { timer->cancel(); }); });
  // What arrives meanwhile is the client's end, or a pipelined request; either says so once. The handler may come after
  // this session is gone: then `here` is.
  const auto here = std::make_shared<bool>(true);
  const std::weak_ptr<bool> still_here = here;
  socket_.async_wait(asio::socket_base::wait_read, [this, timer, still_here](const asio::error_code& error) {
    if (!error && !still_here.expired() && peer_closed()) timer->cancel();
  });
  waiting_ = timer;
  co_await timer->async_wait(nothrow);
  waiting_ = nullptr;
  event.forget();
  asio::error_code ignored;
  socket_.cancel(ignored);
}

bool Session::peer_closed() noexcept { return !is_established(socket_.native_handle()); }

void Session::enter(Phase phase) noexcept {
  phase_ = phase;
  since_ = coarse_steady_now();
}

void Session::interrupt(End why) {
  interrupted_ = why;
  asio::error_code ignored;
  socket_.cancel(ignored);
}

void Session::check_deadline(SteadyTime now) {
  milliseconds limit{};
  switch (phase_) {
    case Phase::handling:
      return;
    case Phase::header:
    case Phase::writing:
      limit = worker_.options().header_timeout;
      if (stopping_ && fresh_ && !request_began_) limit = std::min(limit, stop_patience);
      break;
    case Phase::idle:
      limit = worker_.options().idle_timeout;
      break;
    case Phase::ending:
      limit = ending_timeout;
      break;
  }
  if (now - since_ >= limit) interrupt(End::timeout);
}

Session::Hold Session::hold() const noexcept {
  switch (phase_) {
    case Phase::header:
      return Hold::loose;
    case Phase::idle:
      return has_open_receipt() ? Hold::receipt : Hold::idle;
    case Phase::ending:
      if (!has_open_receipt()) return Hold::loose;
      return steady_clock::now() - since_ < end_patience ? Hold::firm : Hold::idle;
    case Phase::handling:
    case Phase::writing:
      break;
  }
  return Hold::firm;
}

void Session::give_place() {
  // It was asked for a moment ago: things may have changed since.
  if (hold() != Hold::firm) interrupt(End::gave_place);
}

void Session::stop() {
  stopping_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
  if (phase_ == Phase::idle && readable_bytes(socket_.native_handle()) == 0) interrupt(End::stopped);
}

void Session::stop_now() {
  stopping_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
  stop_now_ = true;
  interrupt(End::stopped);
}

}  // namespace oneshot::net
