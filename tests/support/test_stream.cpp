// SPDX-License-Identifier: MIT
#include "support/test_stream.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/clock.hpp"
#include "net/asio_compat.hpp"

namespace oneshot::test {

using net::TcpInfo;

void TestPeer::send(std::string_view bytes) {
  if (ended_ || broken()) return;
  if (!bytes.empty()) pieces_.emplace_back(bytes);
  sent_ += bytes.size();
  changed();
}

void TestPeer::end() {
  ended_ = true;
  changed();
}

void TestPeer::reset() {
  if (broken()) return;
  broken_ = error_pending_ = true;
  changed();
}

void TestPeer::end_requests() {
  requests_ended_ = true;
  changed();
}

void TestPeer::set_room(std::size_t bytes) {
  room_ = bytes;
  changed();
}

void TestPeer::acknowledge(bool all) {
  acknowledging_ = all;
  if (all) acknowledged_ = written.size();
}

void TestPeer::acknowledge(std::size_t bytes) { acknowledged_ = std::min(acknowledged_ + bytes, written.size()); }

std::size_t TestPeer::unread() const noexcept {
  return std::accumulate(pieces_.begin(), pieces_.end(), std::size_t{0},
                         [](std::size_t sum, const std::string& piece) { return sum + piece.size(); });
}

void TestPeer::changed() {
  if (stream_ != nullptr) stream_->changed();
}

std::size_t TestPeer::take(std::string_view bytes) {
  if (ended_by_us) misuse = "a write after our end";
  if (broken()) return 0;
  const std::size_t taken = std::min(room_, bytes.size());
  if (room_ != std::string::npos) room_ -= taken;
  written += bytes.substr(0, taken);
  writes += taken > 0 ? 1 : 0;
  if (acknowledging_) acknowledged_ = written.size();
  return taken;
}

TestStream::TestStream(asio::io_context& context, std::shared_ptr<TestPeer> peer)
    : context_(context), peer_(std::move(peer)), reading_(context), writing_(context) {
  peer_->stream_ = this;
}

TestStream::~TestStream() {
  peer_->stream_ = nullptr;
  peer_->closed = true;
}

bool TestStream::readable() const noexcept {
  return !peer_->pieces_.empty() || peer_->ended_ || peer_->requests_ended_ || peer_->broken();
}

void TestStream::changed() {
  if (readable() && !peer_->notices_late) reading_.waits = false;
  reading_.timer.cancel();
  writing_.timer.cancel();
  if (readable() && ready_) asio::post(context_, std::exchange(ready_, nullptr));
}

// False: the operation was cancelled while it waited.
asio::awaitable<bool> TestStream::wait(Operation& operation) {
  operation.waits = true;
  operation.timer.expires_at(oneshot::SteadyTime::max());
  co_await operation.timer.async_wait(net::nothrow);
  operation.waits = false;
  co_return !std::exchange(operation.aborted, false);
}

void TestStream::abort(Operation& operation) {
  if (!operation.waits) return;
  operation.aborted = true;
  operation.timer.cancel();
}

asio::awaitable<net::Stream::Transferred> TestStream::read_some(net::ReadSpace& space) {
  if (reading_.waits) peer_->misuse = "two reads at once";
  while (!readable()) {
    auto waiting = wait(reading_);
    const bool goes_on = co_await std::move(waiting);
    if (!goes_on) co_return Transferred{asio::error::operation_aborted, 0};
  }
  co_await asio::post(context_, asio::use_awaitable);  // as of a socket: never at once
  co_return take_piece(space.take());
}

net::Stream::Transferred TestStream::take_piece(asio::mutable_buffer space) {
  if (peer_->reset_by_us) return {asio::error::operation_aborted, 0};
  if (!peer_->pieces_.empty()) {
    std::string& piece = peer_->pieces_.front();
    const std::size_t size = std::min(space.size(), piece.size());
    std::memcpy(space.data(), piece.data(), size);
    piece.erase(0, size);
    if (piece.empty()) peer_->pieces_.pop_front();
    return {asio::error_code(), size};
  }
  if (std::exchange(peer_->error_pending_, false)) return {asio::error::connection_reset, 0};
  // An error that a sample has fetched leaves a connection that looks ended.
  if (peer_->ended_ || peer_->broken_) return {asio::error::eof, 0};
  return {no_more_requests, 0};
}

bool TestStream::try_write(std::string& bytes) noexcept {
  if (!inside_.empty()) peer_->misuse = "a try_write before the rest was written";
  const std::size_t taken = peer_->take(bytes);
  bytes.erase(0, taken);
  if (bytes.empty()) return true;
  if (peer_->keeps_rest_inside) inside_ = std::exchange(bytes, std::string());
  return false;
}

asio::awaitable<net::Stream::Transferred> TestStream::write(const std::string& rest) {
  if (writing_.waits) peer_->misuse = "two writes at once";
  std::string left = std::exchange(inside_, std::string()) + rest;
  const std::size_t size = left.size();
  co_await asio::post(context_, asio::use_awaitable);
  while (true) {
    if (peer_->reset_by_us) co_return Transferred{asio::error::operation_aborted, 0};
    if (peer_->broken()) co_return Transferred{asio::error::broken_pipe, 0};
    left.erase(0, peer_->take(left));
    if (left.empty()) co_return Transferred{asio::error_code(), size};
    auto waiting = wait(writing_);
    const bool goes_on = co_await std::move(waiting);
    if (!goes_on) co_return Transferred{asio::error::operation_aborted, 0};
  }
}

asio::error_code TestStream::shutdown_write() noexcept {
  if (peer_->ended_by_us) peer_->misuse = "a second end";
  peer_->requests_ended_ = false;  // from now on only TCP's end counts
  if (peer_->broken()) return asio::error::not_connected;
  peer_->ended_by_us = true;
  return {};
}

void TestStream::reset() noexcept {
  peer_->reset_by_us = true;
  cancel();
}

void TestStream::cancel() noexcept {
  abort(reading_);
  abort(writing_);
  ready_ = nullptr;
}

void TestStream::on_readable(std::function<void()> ready) {
  ready_ = std::move(ready);
  if (readable()) asio::post(context_, std::exchange(ready_, nullptr));
}

std::size_t TestStream::count_early(std::size_t size) noexcept {
  const std::size_t early = std::min<std::size_t>(early_unread_, size);
  early_unread_ -= early;
  return early;
}

TcpInfo::State TestStream::state() const noexcept {
  using State = TcpInfo::State;
  if (peer_->broken()) return State::closed;
  if (peer_->ended_by_us) return peer_->ended_ ? State::closed : State::closing;
  return peer_->ended_ ? State::close_wait : State::established;
}

TcpInfo TestStream::sample() noexcept {
  TcpInfo info;
  info.state = state();
  info.error = std::exchange(peer_->error_pending_, false) || peer_->reset_by_us;
  info.acknowledged = peer_->acknowledged_;
  if (!peer_->broken()) info.unacknowledged = peer_->written.size() - peer_->acknowledged_;
  info.silent_for = peer_->silent_for;
  return info;
}

net::Sent TestStream::sent() const noexcept {
  net::Sent sent;
  if (peer_->broken()) return sent;
  sent.unacknowledged = peer_->written.size() - peer_->acknowledged_;
  sent.acknowledged = peer_->acknowledged_;
  return sent;
}

std::uint64_t TestStream::acknowledged() const noexcept { return peer_->acknowledged_; }

bool TestStream::is_established() const noexcept { return state() == TcpInfo::State::established; }

}  // namespace oneshot::test
