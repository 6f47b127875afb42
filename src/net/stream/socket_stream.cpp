// SPDX-License-Identifier: MIT
#include "net/stream/socket_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <asio/write.hpp>
#include <utility>

#include "net/asio_compat.hpp"
#include "net/stream/kernel_buffers.hpp"

namespace oneshot::net {

SocketStream::SocketStream(asio::generic::stream_protocol::socket socket) noexcept : socket_(std::move(socket)) {}

int SocketStream::handle() const noexcept { return socket_.native_handle(); }

asio::any_io_executor SocketStream::executor() noexcept { return socket_.get_executor(); }

// Not a coroutine, nor is write(): a frame of its own would cost as much as an event.
asio::awaitable<Stream::Transferred> SocketStream::read_some(asio::mutable_buffer space) {
  return socket_.async_read_some(space, nothrow);
}

asio::awaitable<Stream::Transferred> SocketStream::write(const std::string& rest) {
  return asio::async_write(socket_, asio::buffer(rest), nothrow);
}

bool SocketStream::try_write(std::string& bytes) noexcept {
  const ssize_t n = ::send(handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) return false;  // what is wrong shows in write()
  if (static_cast<std::size_t>(n) < bytes.size()) {
    bytes.erase(0, static_cast<std::size_t>(n));
    return false;
  }
  bytes.clear();
  return true;
}

asio::error_code SocketStream::shutdown_write() noexcept {
  asio::error_code error;
  socket_.shutdown(asio::socket_base::shutdown_send, error);
  return error;
}

void SocketStream::reset() noexcept {
  asio::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void SocketStream::cancel() noexcept {
  asio::error_code ignored;
  socket_.cancel(ignored);
}

void SocketStream::on_readable(std::function<void()> ready) {
  socket_.async_wait(asio::socket_base::wait_read, [ready = std::move(ready)](const asio::error_code& error) {
    if (!error) ready();
  });
}

std::size_t SocketStream::unread() const noexcept { return readable_bytes(handle()); }

void SocketStream::mark_early() noexcept { early_unread_ = readable_bytes(handle()); }

std::size_t SocketStream::count_early(std::size_t size) noexcept {
  const std::size_t early = std::min<std::uint64_t>(early_unread_, size);
  early_unread_ -= early;
  return early;
}

void SocketStream::set_send_buffer(std::size_t bytes) noexcept { net::set_send_buffer(handle(), bytes); }

}  // namespace oneshot::net
