// SPDX-License-Identifier: MIT
#pragma once

#include <asio/generic/stream_protocol.hpp>

#include "net/stream/stream.hpp"

namespace oneshot::net {

/// The bytes of a connected socket, as they are: what TCP and Unix sockets share.
class SocketStream : public Stream {
 public:
  explicit SocketStream(asio::generic::stream_protocol::socket socket) noexcept;

  asio::any_io_executor executor() noexcept override;
  asio::awaitable<Transferred> read_some(asio::mutable_buffer space) override;
  bool try_write(std::string& bytes) noexcept override;
  asio::awaitable<Transferred> write(const std::string& rest) override;
  asio::error_code shutdown_write() noexcept override;
  void reset() noexcept override;
  void cancel() noexcept override;
  void on_readable(std::function<void()> ready) override;

  [[nodiscard]] std::size_t unread() const noexcept override;
  void mark_early() noexcept override;
  void set_send_buffer(std::size_t bytes) noexcept override;

 protected:
  [[nodiscard]] int handle() const noexcept;
  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  [[nodiscard]] asio::generic::stream_protocol::socket& socket() noexcept { return socket_; }

 private:
  std::size_t count_early(std::size_t size) noexcept override;

  mutable asio::generic::stream_protocol::socket socket_;  // Asio's native_handle() is not const
};

}  // namespace oneshot::net
