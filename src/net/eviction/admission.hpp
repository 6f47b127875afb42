// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <vector>

#include "http/statistics.hpp"
#include "net/eviction/eviction.hpp"
#include "net/eviction/eviction_log.hpp"
#include "net/eviction/live_connections.hpp"
#include "net/eviction/newcomer.hpp"
#include "net/eviction/peers.hpp"

namespace oneshot::net {

/// The rule of max_connections_per_peer: what becomes of a connection that was just accepted. Used by the accepting
/// thread.
///
/// A newcomer of a peer that has all its connections waits in a short list of that peer until one of them, evicted for
/// it, has ended. The list is bounded, since its newcomers hold places that others could have. While it is full and
/// evicted connections are about to end, accepting pauses: that takes as long as a turn of the workers. Where it is
/// full and none of the peer's connections can be evicted, since all of them are being answered, its newcomers are
/// refused with 503, so that those of others do not wait behind them.
class Admission {
 public:
  using Adopt = std::function<void(Newcomer newcomer, Peer& peer)>;

  /// All of it outlives this; `adopt` gives a connection to a worker.
  Admission(asio::io_context& context, Peers& peers, Eviction& eviction, LiveConnections& connections,
            http::Statistics& statistics, Adopt adopt);

  /// A connection that the LiveConnections have counted.
  void admit(Newcomer newcomer);
  /// No newcomer should be accepted before somebody has ended.
  [[nodiscard]] bool pauses() const;
  asio::awaitable<void> wait();
  /// The program stops: those who wait are answered, whatever the limit.
  void admit_all();

 private:
  void hold(Peer& peer, Newcomer newcomer);
  [[nodiscard]] std::size_t most_held() const noexcept;
  void refuse(const Newcomer& newcomer);
  void adopt(Peer& peer, Newcomer newcomer);
  void adopt_held(Peer& peer);
  asio::awaitable<void> make_room();

  asio::io_context& context_;
  Peers& peers_;
  Eviction& eviction_;
  LiveConnections& connections_;
  http::Statistics& statistics_;
  Adopt adopt_;
  std::vector<Peer*> holding_;  // those with newcomers that wait
  bool making_room_ = false;
  EvictionLog log_;
};

}  // namespace oneshot::net
