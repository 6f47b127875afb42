// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "net/stream/socket_stream.hpp"

namespace oneshot::net {

/// The bytes of a TCP socket, as they are.
class PlainStream final : public SocketStream {
 public:
  PlainStream(Poller& poller, UniqueFd socket) noexcept
      : SocketStream(poller, std::move(socket), ShortRead::takes_all) {}

  [[nodiscard]] bool has_arrived(std::uint64_t given) const noexcept override;
  [[nodiscard]] TcpInfo sample() noexcept override;
  [[nodiscard]] bool is_established() const noexcept override;
  [[nodiscard]] Sent sent() const noexcept override;
  [[nodiscard]] std::uint64_t acknowledged() const noexcept override;
  void give_up_after(std::chrono::milliseconds time) noexcept override;
  void start_probing() noexcept override;
  void stop_probing() noexcept override;
};

}  // namespace oneshot::net
