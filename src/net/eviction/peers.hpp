// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "net/eviction/expected_ends.hpp"
#include "net/eviction/newcomer.hpp"
#include "net/eviction/offers.hpp"
#include "net/stream/handshake_bucket.hpp"

namespace oneshot::net {

/// All the addresses that are one peer: "10.0.0.7", "2001:db8::/64".
[[nodiscard]] std::string peer_text(const Address& address);

/// Who has connections: one IPv4 address or one IPv6 /64 (Address::site); all trusted proxies are one, without limit.
/// Each of its connections knows it, so that neither their begin nor their end takes a lock.
class Peer {
 public:
  Peer(const Address& address, bool limited) noexcept : address_(address), limited_(limited) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() = default;

  // Any thread.

  [[nodiscard]] std::size_t connections() const noexcept { return connections_.load(std::memory_order_acquire); }
  [[nodiscard]] bool crowds(std::size_t from) const noexcept { return limited_ && connections() >= from; }
  /// One of its connections has ended. The peer may be gone afterwards.
  void remove() noexcept { connections_.fetch_sub(1, std::memory_order_release); }

  /// Null: as many as it likes.
  [[nodiscard]] HandshakeBucket* handshakes() noexcept { return limited_ ? &handshakes_ : nullptr; }

  // The accepting thread.

  void add() noexcept {
    connections_.fetch_add(1, std::memory_order_relaxed);
    ++added_;
  }
  [[nodiscard]] bool limited() const noexcept { return limited_; }
  /// How many of its connections have ended so far.
  [[nodiscard]] std::uint64_t ended() const noexcept { return added_ - connections(); }
  [[nodiscard]] std::string text() const { return peer_text(address_); }

  std::deque<Newcomer> held;  ///< newcomers over the limit, which wait for the end of another one
  bool stuck = false;         ///< none of its connections could be evicted for them
  ExpectedEnds expected;      ///< of those that were evicted for them
  Offers offers;

 private:
  const Address address_;
  const bool limited_;
  std::atomic<std::size_t> connections_{0};
  std::uint64_t added_ = 0;
  HandshakeBucket handshakes_;
};

/// All peers that have connections. Used by the accepting thread.
class Peers {
 public:
  Peers(std::size_t limit, std::vector<Network> unlimited) : limit_(limit), unlimited_(std::move(unlimited)) {}

  /// For connections from now on. 0: no limit.
  void change(std::size_t limit, std::vector<Network> unlimited);
  /// Stays where it is until it has neither connections nor newcomers.
  Peer& of(const Address& address);
  [[nodiscard]] bool at_limit(const Peer& peer) const noexcept {
    return limit_ != 0 && peer.limited() && peer.connections() >= limit_;
  }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::size_t size() const noexcept { return by_site_.size(); }

 private:
  void forget_those_without_connections();

  std::size_t limit_;
  std::vector<Network> unlimited_;
  Peer proxies_{Address(), false};
  std::unordered_map<std::uint64_t, std::unique_ptr<Peer>> by_site_;
  std::size_t sweep_at_ = 64;
};

}  // namespace oneshot::net
