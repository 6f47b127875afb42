// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/eviction.hpp"
#include "net/listening_socket.hpp"
#include "net/live_connections.hpp"
#include "net/worker.hpp"

namespace oneshot::net {

/// Accepts connections and hands each to the worker with the fewest. Scrapers and producers keep few, long
/// connections, so their spread over the workers matters more than the speed of accepting: SO_REUSEPORT spreads such
/// connections badly, and resets pending ones when one of its sockets closes. Every function is called on the thread
/// that runs `context`.
class Listener {
 public:
  /// `number`: what requests that come by it say.
  Listener(asio::io_context& context, ListeningSocket socket, std::uint8_t number,
           std::vector<std::unique_ptr<Worker>>& workers, LiveConnections& connections, std::size_t max_connections);

  /// Accepts until close(). At max_connections, and where descriptors run out, one connection is evicted for each new
  /// one; where memory runs out, accepting pauses.
  asio::awaitable<void> run();
  /// Accepts what waits in the kernel's queue, as far as there is room, and closes the socket.
  void close();
  void change(std::size_t max_connections) noexcept { eviction_.change(max_connections); }

 private:
  bool accept_one();
  bool connection_waits();
  void log_shortage();
  Worker& least_loaded();

  asio::ip::tcp::acceptor acceptor_;
  const std::uint8_t number_;
  std::vector<std::unique_ptr<Worker>>& workers_;
  LiveConnections& connections_;
  Eviction eviction_;
  int shortage_ = 0;  // errno of the last accept: of descriptors or memory
  SteadyTime silent_about_resources_until_{};
};

}  // namespace oneshot::net
