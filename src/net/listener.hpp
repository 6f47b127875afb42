// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <memory>
#include <vector>

#include "net/listening_socket.hpp"
#include "net/worker.hpp"

namespace oneshot::net {

/// Accepts connections and hands each to the worker with the fewest. Scrapers and producers keep few, long
/// connections, so who gets them matters more than how fast: SO_REUSEPORT spreads such connections badly, and resets
/// pending ones when one of its listeners closes. Lives on the thread that runs `context`.
class Listener {
 public:
  Listener(asio::io_context& context, ListeningSocket socket, std::vector<std::unique_ptr<Worker>>& workers,
           std::atomic<std::size_t>& live, std::size_t max_connections);

  /// Accepts until close(). Where descriptors run out, whoever can gives its place; lack of memory makes it
  /// pause.
  asio::awaitable<void> run();
  void close();
  void change(std::size_t max_connections) noexcept { max_connections_ = max_connections; }

 private:
  asio::awaitable<void> make_place();
  asio::awaitable<Session::Hold> ask_for_a_place();
  asio::awaitable<void> wait_for_resources();
  asio::awaitable<void> pause(std::chrono::milliseconds duration);
  bool accept_one();
  void log_shortage();
  [[nodiscard]] bool full() const noexcept;
  Worker& least_loaded();

  asio::ip::tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<Worker>>& workers_;
  std::atomic<std::size_t>& live_;
  std::size_t max_connections_;
  int shortage_ = 0;  // errno of the last accept: of descriptors or memory
  SteadyTime silent_about_full_until_{};
  SteadyTime silent_about_resources_until_{};
};

}  // namespace oneshot::net
