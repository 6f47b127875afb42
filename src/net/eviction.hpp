// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "net/live_connections.hpp"

namespace oneshot::net {

/// Which connection is closed for a new one where there can be no more: the lowest priority value, and of several the
/// one that has had it for longest.
enum class EvictionPriority : std::uint8_t {
  first,             ///< in its request head, or at its end: nothing is lost with it
  idle,              ///< between requests
  awaiting_receipt,  ///< silent after a batch: our end is sent, and the peer's answer to that is the receipt
  never,             ///< its request is being answered
};

/// A connection that could be closed to make room for a new one.
struct EvictionCandidate {
  EvictionPriority priority = EvictionPriority::never;
  SteadyTime since{};
  std::uint64_t id = 0;
  [[nodiscard]] bool evict_before(const EvictionCandidate& other) const noexcept;
};

/// The connections of one worker, as far as eviction has to know them. From the accepting thread.
class Evictable {
 public:
  /// The best candidate of this worker; with priority `never` there is none. Resumes on the caller's executor.
  virtual asio::awaitable<EvictionCandidate> eviction_candidate() = 0;
  virtual void evict(std::uint64_t id) = 0;

 protected:
  ~Evictable() = default;
};

/// The rule of max_connections: the connection longest in its request head, or else longest idle, is closed for a new
/// one. Used by the accepting thread.
class Eviction {
 public:
  /// The workers and the count of their connections outlive this.
  Eviction(std::vector<Evictable*> workers, LiveConnections& connections, std::size_t max_connections)
      : workers_(std::move(workers)), connections_(connections), max_connections_(max_connections) {}

  void change(std::size_t max_connections) noexcept { max_connections_ = max_connections; }
  [[nodiscard]] bool full() const noexcept { return connections_.value() >= max_connections_; }

  /// Evicts until there is room for one connection, or until the acceptor, for which that room is, is closed.
  asio::awaitable<void> make_room(const asio::ip::tcp::acceptor& acceptor);
  /// After accept() has failed for lack of descriptors or memory, by errno: for want of a descriptor one connection is
  /// evicted; then waits for the end of one, or a while.
  asio::awaitable<void> wait_for_resources(int shortage);

 private:
  void log_full();
  asio::awaitable<EvictionPriority> evict_one();

  std::vector<Evictable*> workers_;
  LiveConnections& connections_;
  std::size_t max_connections_;
  SteadyTime silent_about_full_until_{};
};

}  // namespace oneshot::net
