// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "net/eviction/admission.hpp"
#include "net/eviction/eviction.hpp"
#include "net/eviction/live_connections.hpp"
#include "net/listen/listening_socket.hpp"

namespace oneshot::net {

/// Accepts connections. SO_REUSEPORT, with a socket for each worker, would spread few long connections badly, and reset
/// pending ones when one of its sockets closes. Every function is called on the thread that runs `context`.
class Listener {
 public:
  /// `number`: what requests that come by it say. The rest is shared with other listeners and outlives this.
  Listener(asio::io_context& context, ListeningSocket socket, std::uint8_t number, Admission& admission,
           Eviction& eviction, LiveConnections& connections);

  /// Accepts until close(). At max_connections, and where descriptors run out, one connection is evicted for each new
  /// one; where memory runs out, accepting pauses.
  asio::awaitable<void> run();
  /// Accepts what waits in the kernel's queue, as far as there is room, and closes the socket.
  void close();

 private:
  [[nodiscard]] bool may_accept() const { return acceptor_.is_open() && !eviction_.full() && !admission_.pauses(); }
  bool accept_one();
  bool connection_waits();
  [[nodiscard]] std::size_t waiting();
  void log_shortage();

  asio::posix::stream_descriptor acceptor_;  // a TCP or Unix socket, of which it only waits for connections
  const std::uint8_t number_;
  Admission& admission_;
  Eviction& eviction_;
  LiveConnections& connections_;
  int shortage_ = 0;  // errno of the last accept: of descriptors or memory
  SteadyTime silent_about_resources_until_{};
};

}  // namespace oneshot::net
