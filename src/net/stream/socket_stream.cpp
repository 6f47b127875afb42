// SPDX-License-Identifier: MIT
#include "net/stream/socket_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "net/asio_compat.hpp"
#include "net/stream/kernel_buffers.hpp"

namespace oneshot::net {

asio::any_io_executor SocketStream::executor() noexcept { return socket_.executor(); }

// Not a coroutine, nor is write(): a frame of its own would cost as much as an event.
asio::awaitable<Stream::Transferred> SocketStream::read_some(ReadSpace& space) {
  return socket_.async_read_some(space, nothrow);
}

asio::awaitable<Stream::Transferred> SocketStream::write(const std::string& rest) {
  return socket_.async_write(rest, nothrow);
}

bool SocketStream::try_write(std::string& bytes) noexcept {
  const std::ptrdiff_t n = socket_.send(bytes);
  if (n < 0) return false;  // what is wrong shows in write()
  if (static_cast<std::size_t>(n) < bytes.size()) {
    bytes.erase(0, static_cast<std::size_t>(n));
    return false;
  }
  bytes.clear();
  return true;
}

asio::error_code SocketStream::shutdown_write() noexcept { return socket_.shutdown_send(); }

void SocketStream::reset() noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

void SocketStream::cancel() noexcept { socket_.cancel(); }

void SocketStream::on_readable(std::function<void()> ready) { socket_.on_readable(std::move(ready)); }

std::size_t SocketStream::unread() const noexcept { return readable_bytes(handle()); }

void SocketStream::mark_early() noexcept { early_unread_ = readable_bytes(handle()); }

std::size_t SocketStream::count_early(std::size_t size) noexcept {
  const std::size_t early = std::min<std::uint64_t>(early_unread_, size);
  early_unread_ -= early;
  return early;
}

void SocketStream::set_send_buffer(std::size_t bytes) noexcept { net::set_send_buffer(handle(), bytes); }

}  // namespace oneshot::net
