// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "http/statistics.hpp"
#include "net/eviction/eviction_candidate.hpp"
#include "net/eviction/eviction_log.hpp"
#include "net/eviction/expected_ends.hpp"
#include "net/eviction/live_connections.hpp"
#include "net/eviction/offers.hpp"
#include "net/eviction/peers.hpp"

namespace oneshot::net {

/// The connections of one worker, as far as eviction has to know them. From the accepting thread; the answers are given
/// on any thread, soon also where the worker has much to do.
class Evictable {
 public:
  /// The best candidates of this worker.
  virtual void ask(const EvictionQuestion& question, std::function<void(EvictionAnswer)> answer) = 0;
  /// Evicts those to which nothing has happened since they were offered. The answer is how many others there are.
  virtual void evict(std::vector<EvictionCandidate> candidates, std::function<void(std::size_t)> missed) = 0;

 protected:
  ~Evictable() = default;
};

/// The rules of max_connections and max_connections_per_peer: for each connection that waits an old one is closed, for
/// as many as wait at once. Used by the accepting thread.
class Eviction {
 public:
  /// The workers, the count of their connections, the peers and the statistics outlive this. The statistics are the
  /// accepting thread's own.
  Eviction(std::vector<Evictable*> workers, LiveConnections& connections, const Peers& peers,
           http::Statistics& statistics, std::size_t max_connections)
      : workers_(std::move(workers)),
        connections_(connections),
        peers_(peers),
        statistics_(statistics),
        max_connections_(max_connections) {}

  void change(std::size_t max_connections) noexcept { max_connections_ = max_connections; }
  [[nodiscard]] bool full() const noexcept { return connections_.value() >= max_connections_; }

  /// Evicts until there is room for one connection, or until the acceptor, for which that room is, is closed. So many
  /// connections wait there.
  asio::awaitable<void> make_room(const asio::posix::stream_descriptor& acceptor, std::size_t waiting);
  /// After accept() has failed for lack of descriptors or memory, by errno: for want of descriptors as many connections
  /// are evicted as wait; then waits for the end of one, or a while.
  asio::awaitable<void> wait_for_resources(int shortage, std::size_t waiting);
  /// Evicts connections of this peer for the newcomers that it has. The peer must have some all the time. False: none
  /// ends, and none could be evicted.
  asio::awaitable<bool> evict_of(Peer& peer);

 private:
  struct Demand;

  /// How many places are still missing when so many more were evicted.
  [[nodiscard]] std::size_t missing(const Demand& demand, std::size_t evicted) const noexcept;
  /// Returns how many were evicted, of one group.
  asio::awaitable<std::size_t> evict(const Demand& demand, Offers& offers);
  asio::awaitable<void> refill(Offers& offers, std::size_t wanted, const Peer* only_of);
  asio::awaitable<std::size_t> end_them(std::vector<Offer> chosen, EvictionReason reason);
  [[nodiscard]] std::size_t crowd_from() const noexcept;

  std::vector<Evictable*> workers_;
  LiveConnections& connections_;
  const Peers& peers_;
  http::Statistics& statistics_;
  std::size_t max_connections_;
  Offers offers_;
  ExpectedEnds expected_;
  EvictionLog log_;
};

}  // namespace oneshot::net
