// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/unique_fd.hpp"
#include "net/poller/polled_socket.hpp"
#include "net/stream/stream.hpp"

namespace oneshot::net {

/// The bytes of a connected socket, as they are: what TCP and Unix sockets share.
class SocketStream : public Stream {
 public:
  /// To be called once, before any other function. Errors: the kernel cannot watch one more (epoll_ctl(2)).
  asio::error_code watch() { return socket_.watch(); }

  asio::any_io_executor executor() noexcept override;
  asio::awaitable<Transferred> read_some(ReadSpace& space) override;
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
  SocketStream(Poller& poller, UniqueFd socket, ShortRead short_read) noexcept
      : socket_(poller, std::move(socket), short_read) {}

  [[nodiscard]] int handle() const noexcept { return socket_.handle(); }
  [[nodiscard]] bool is_open() const noexcept { return handle() >= 0; }
  /// Bytes that the kernel has taken so far.
  [[nodiscard]] std::uint64_t written() const noexcept { return socket_.written(); }

 private:
  std::size_t count_early(std::size_t size) noexcept override;

  PolledSocket socket_;
};

}  // namespace oneshot::net
