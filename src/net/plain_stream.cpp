// SPDX-License-Identifier: MIT
#include "net/plain_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <asio/write.hpp>
#include <utility>

#include "net/asio_compat.hpp"
#include "net/kernel_buffers.hpp"

namespace oneshot::net {

PlainStream::PlainStream(asio::ip::tcp::socket socket) noexcept : socket_(std::move(socket)) {}

int PlainStream::handle() const noexcept { return socket_.native_handle(); }

asio::any_io_executor PlainStream::executor() noexcept { return socket_.get_executor(); }

// Not a coroutine, nor is write(): a frame of its own would cost as much as an event.
asio::awaitable<Stream::Transferred> PlainStream::read_some(asio::mutable_buffer space) {
  return socket_.async_read_some(space, nothrow);
}

asio::awaitable<Stream::Transferred> PlainStream::write(const std::string& rest) {
  return asio::async_write(socket_, asio::buffer(rest), nothrow);
}

bool PlainStream::try_write(std::string& bytes) noexcept {
  const ssize_t n = ::send(handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) return false;  // what is wrong shows in write()
  if (static_cast<std::size_t>(n) < bytes.size()) {
    bytes.erase(0, static_cast<std::size_t>(n));
    return false;
  }
  bytes.clear();
  return true;
}

asio::error_code PlainStream::shutdown_write() noexcept {
  asio::error_code error;
  socket_.shutdown(asio::socket_base::shutdown_send, error);
  return error;
}

void PlainStream::reset() noexcept {
  asio::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void PlainStream::cancel() noexcept {
  asio::error_code ignored;
  socket_.cancel(ignored);
}

void PlainStream::on_readable(std::function<void()> ready) {
  socket_.async_wait(asio::socket_base::wait_read, [ready = std::move(ready)](const asio::error_code& error) {
    if (!error) ready();
  });
}

std::size_t PlainStream::unread() const noexcept { return readable_bytes(handle()); }

bool PlainStream::has_arrived(std::uint64_t given) const noexcept { return received_bytes(handle()) > given; }

void PlainStream::mark_early() noexcept { early_unread_ = readable_bytes(handle()); }

std::size_t PlainStream::count_early(std::size_t size) noexcept {
  const std::size_t early = std::min<std::uint64_t>(early_unread_, size);
  early_unread_ -= early;
  return early;
}

TcpInfo PlainStream::sample() noexcept { return sample_tcp(handle()); }

bool PlainStream::is_established() const noexcept { return net::is_established(handle()); }

Sent PlainStream::sent() const noexcept { return sample_sent(handle()); }

void PlainStream::set_send_buffer(std::size_t bytes) noexcept { net::set_send_buffer(handle(), bytes); }

void PlainStream::give_up_after(std::chrono::milliseconds time) noexcept {
  net::give_up_after(handle(), static_cast<unsigned>(time.count()));
}

void PlainStream::start_probing() noexcept { net::start_probing(handle()); }

void PlainStream::stop_probing() noexcept {
  if (socket_.is_open()) net::stop_probing(handle());
}

}  // namespace oneshot::net
