// SPDX-License-Identifier: MIT
#pragma once

#include <asio/ip/tcp.hpp>

#include "net/stream.hpp"

namespace oneshot::net {

/// The bytes of a TCP socket, as they are.
class PlainStream final : public Stream {
 public:
  explicit PlainStream(asio::ip::tcp::socket socket) noexcept;

  asio::any_io_executor executor() noexcept override;
  asio::awaitable<Transferred> read_some(asio::mutable_buffer space) override;
  bool try_write(std::string& bytes) noexcept override;
  asio::awaitable<Transferred> write(const std::string& rest) override;
  asio::error_code shutdown_write() noexcept override;
  void reset() noexcept override;
  void cancel() noexcept override;
  void on_readable(std::function<void()> ready) override;

  [[nodiscard]] std::size_t unread() const noexcept override;
  [[nodiscard]] bool has_arrived(std::uint64_t given) const noexcept override;
  void mark_early() noexcept override;
  [[nodiscard]] TcpInfo sample() noexcept override;
  [[nodiscard]] bool is_established() const noexcept override;
  [[nodiscard]] Sent sent() const noexcept override;
  void set_send_buffer(std::size_t bytes) noexcept override;
  void give_up_after(std::chrono::milliseconds time) noexcept override;
  void start_probing() noexcept override;
  void stop_probing() noexcept override;

 private:
  std::size_t count_early(std::size_t size) noexcept override;
  [[nodiscard]] int handle() const noexcept;

  mutable asio::ip::tcp::socket socket_;  // Asio's native_handle() is not const
};

}  // namespace oneshot::net
