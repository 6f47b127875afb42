// SPDX-License-Identifier: MIT
#include "net/stream/tls_stream.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "net/asio_compat.hpp"
#include "net/stream/cancel_after.hpp"

namespace oneshot::net {
namespace {

using State = tls::Engine::State;

// How long a client that has ended its side of TLS may take to end TCP too: Go's do both at once. Some do the one and
// wait for our end, as Python's unwrap().
constexpr std::chrono::milliseconds end_patience{200};
// What wire_ may keep while nothing is sent.
constexpr std::size_t kept_wire_bytes = 16 * 1024;

constexpr std::string_view to_plain_http =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    "client sent an HTTP request to an HTTPS server: write https:// in its address\n";

Stream::Transferred failed(asio::error_code error) { return {error, 0}; }

}  // namespace

TlsStream::TlsStream(std::unique_ptr<Stream> lower, std::shared_ptr<const tls::Context> context,
                     http::TlsStatistics& statistics, HandshakeBucket* handshakes)
    : lower_(std::move(lower)), statistics_(statistics), handshakes_(handshakes), engine_(std::move(context)) {
  statistics_.connections.fetch_add(1, std::memory_order_relaxed);
}

TlsStream::~TlsStream() { statistics_.connections.fetch_sub(1, std::memory_order_relaxed); }

// The caller's own space holds the wire for a moment: the engine has copied it when it gives plaintext.
asio::awaitable<Stream::Transferred> TlsStream::read_some(ReadSpace& space) {
  for (;;) {
    const tls::Engine::Read read = read_plain(space.take());
    if (!send()) {
      const asio::error_code error = co_await send_all();
      if (error) co_return failed(error);
    }
    if (read.size > 0) co_return Transferred{asio::error_code(), read.size};
    if (read.state != State::open) {
      auto end = end_by(read.state, space);
      Transferred ended = co_await std::move(end);
      co_return ended;
    }
    space.give_back();
    const auto [error, size] = co_await lower_->read_some(space);
    if (error) co_return failed(error);
    engine_.receive(std::string_view(static_cast<const char*>(space.take().data()), size));
    received_ += size;
    if (handshakes_ == nullptr) continue;
    const asio::error_code not_now = co_await wait_for_turn();
    if (not_now) co_return failed(not_now);
  }
}

// What the client has sent waits in the engine, which has not looked at it.
asio::awaitable<asio::error_code> TlsStream::wait_for_turn() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const auto wait = std::exchange(handshakes_, nullptr)->take(now);
  if (!wait) {
    statistics_.handshake_errors.fetch_add(1, std::memory_order_relaxed);
    co_return asio::error::connection_aborted;
  }
  if (wait->count() == 0) co_return asio::error_code();
  turn_.emplace(lower_->executor(), now + *wait);
  const auto [error] = co_await turn_->async_wait(nothrow);
  turn_.reset();
  co_return error;
}

void TlsStream::cancel() noexcept {
  if (turn_) turn_->cancel();
  lower_->cancel();
}

void TlsStream::reset() noexcept {
  if (turn_) turn_->cancel();
  lower_->reset();
}

// The rest of a record is as early as its begin was.
tls::Engine::Read TlsStream::read_plain(asio::mutable_buffer space) {
  if (engine_.is_waiting()) return {};
  last_is_early_ = record_ < early_until_;
  const tls::Engine::Read read = engine_.read(static_cast<char*>(space.data()), space.size());
  if (engine_.is_between_records()) record_ = received_ - engine_.unread_wire();
  return read;
}

asio::awaitable<Stream::Transferred> TlsStream::end_by(State state, ReadSpace& space) {
  if (state == State::closed || ended_by_us_) {
    auto waiting = wait_for_end(space, !ended_by_us_);
    Transferred ended = co_await std::move(waiting);
    co_return ended;
  }
  if (!engine_.established()) statistics_.handshake_errors.fetch_add(1, std::memory_order_relaxed);
  if (state == State::failed && log::enabled(log::Level::debug))
    log::debug("TLS failed", {{"reason", engine_.failure()}});
  if (state == State::not_tls) {
    std::string refusal(to_plain_http);
    static_cast<void>(lower_->try_write(refusal));
  }
  // A client that gets no further than the handshake reads why before the connection ends.
  const bool in_order = state == State::not_tls || !engine_.established();
  co_return in_order ? failed(no_more_requests) : failed(asio::error::connection_aborted);
}

// Nothing that comes behind the end of TLS means anything but TCP's own end.
asio::awaitable<Stream::Transferred> TlsStream::wait_for_end(ReadSpace& space, bool with_limit) {
  std::optional<CancelAfter> limit;
  if (with_limit) limit.emplace(*lower_, end_patience);
  asio::error_code error;
  while (!error) {
    space.give_back();
    const auto [now, size] = co_await lower_->read_some(space);
    error = now;
  }
  const bool too_late = limit && limit->is_over() && error == asio::error::operation_aborted;
  if (too_late) co_return failed(no_more_requests);
  co_return failed(error);
}

bool TlsStream::try_write(std::string& bytes) noexcept {
  const bool encrypted = engine_.write(bytes);
  if (encrypted || !engine_.established()) bytes.clear();  // before that there is nothing that a client could read
  return send() && bytes.empty();
}

asio::awaitable<Stream::Transferred> TlsStream::write(const std::string& rest) {
  const asio::error_code error = co_await send_all();
  if (error || rest.empty()) co_return failed(error);
  if (!engine_.write(rest)) co_return failed(asio::error::connection_aborted);
  const asio::error_code later = co_await send_all();
  co_return Transferred{later, later ? 0 : rest.size()};
}

// False: the kernel has not taken all of it. After our end nothing can go out any more: an alert, the answer to new
// keys, and a close_notify for which the kernel had no room are dropped, since the end of TCP alone has a meaning.
bool TlsStream::send() noexcept {
  engine_.drain(wire_);
  if (ended_by_us_) wire_.clear();
  if (lower_waits_) return false;
  if (wire_.empty()) return true;
  lower_waits_ = !lower_->try_write(wire_);
  if (lower_waits_) return false;
  if (wire_.capacity() > kept_wire_bytes) wire_.shrink_to_fit();
  return true;
}

asio::awaitable<asio::error_code> TlsStream::send_all() {
  if (send()) co_return asio::error_code();
  const auto [error, size] = co_await lower_->write(wire_);
  lower_waits_ = false;
  wire_.clear();
  wire_.shrink_to_fit();
  co_return error;
}

asio::error_code TlsStream::shutdown_write() noexcept {
  engine_.close();
  static_cast<void>(send());
  ended_by_us_ = true;
  lower_waits_ = false;
  wire_.clear();
  return lower_->shutdown_write();
}

void TlsStream::on_readable(std::function<void()> ready) {
  if (engine_.unread_plain() == 0) return lower_->on_readable(std::move(ready));
  const auto executor = lower_->executor();
  asio::post(executor, std::move(ready));
}

std::size_t TlsStream::unread() const noexcept {
  return engine_.unread_plain() + engine_.unread_wire() + lower_->unread();
}

bool TlsStream::has_arrived(std::uint64_t /*given*/) const noexcept {
  return engine_.unread_plain() + engine_.unread_wire() > 0 || lower_->has_arrived(received_);
}

// By bytes of the wire: what of it has arrived by now is early, whatever it turns out to say.
void TlsStream::mark_early() noexcept {
  early_until_ = received_ + lower_->unread();
  early_unread_ = record_ < early_until_ ? 1 : 0;
}

std::size_t TlsStream::count_early(std::size_t size) noexcept {
  if (record_ >= early_until_) early_unread_ = 0;
  return last_is_early_ ? size : 0;
}

}  // namespace oneshot::net
