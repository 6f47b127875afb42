// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "net/stream/socket_stream.hpp"

namespace oneshot::net {

/// The bytes of a connected Unix socket, as they are. There is no TCP below: a byte counts as acknowledged when the
/// peer has read it, and there is nothing to probe, since the peer's kernel is ours. What is in the socket cannot be
/// taken back from the peer, not even by reset(); so no batch may go this way (app/access/authorize.cpp).
class UnixStream final : public SocketStream {
 public:
  UnixStream(Poller& poller, UniqueFd socket) noexcept
      : SocketStream(poller, std::move(socket), ShortRead::may_be_cut) {}

  asio::error_code shutdown_write() noexcept override;

  [[nodiscard]] bool has_arrived(std::uint64_t given) const noexcept override;
  [[nodiscard]] TcpInfo sample() noexcept override;
  [[nodiscard]] bool is_established() const noexcept override;
  [[nodiscard]] Sent sent() const noexcept override;
  [[nodiscard]] std::uint64_t acknowledged() const noexcept override { return sent().acknowledged; }
  /// Nothing: what the peer does not read stays in its own socket, however long it lives.
  void give_up_after(std::chrono::milliseconds) noexcept override {}
  void start_probing() noexcept override {}
  void stop_probing() noexcept override {}

 private:
  bool ended_ = false;                      // we have sent our end
  mutable std::uint64_t acknowledged_ = 0;  // at most so far: it never falls
};

}  // namespace oneshot::net
