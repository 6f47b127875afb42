// SPDX-License-Identifier: MIT
#include "net/eviction/eviction_log.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "net/eviction/peers.hpp"

namespace oneshot::net {
namespace {

constexpr std::chrono::minutes interval{1};
constexpr std::size_t most_peers = 1024;  // that are counted each minute

}  // namespace

void EvictionLog::note(EvictionReason reason, const std::vector<Offer>& evicted, std::size_t limit) {
  Minute& minute = minutes_[static_cast<std::size_t>(reason)];
  const Address* most = nullptr;
  std::size_t lost = 0;
  for (const Offer& one : evicted) {
    const Address& peer = one.candidate.peer;
    if (minute.by_site.size() >= most_peers && !minute.by_site.contains(peer.site())) continue;
    const std::size_t count = ++minute.by_site[peer.site()];
    if (count < lost) continue;
    lost = count;
    most = &peer;
  }
  minute.evicted += evicted.size();
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < minute.silent_until || most == nullptr) return;
  minute.silent_until = now + interval;
  const log::Field peer{"peer", peer_text(*most)};
  const log::Field of_peer{"of_this_peer", lost};
  const log::Field all{"evicted", std::exchange(minute.evicted, 0)};
  minute.by_site.clear();
  if (reason == EvictionReason::full) {
    log::warn(
        "max_connections reached: for each new connection the one longest in its request head, or longest idle, is "
        "closed; raise server.max_connections, or lower server.max_connections_per_peer or idle_timeout_seconds",
        {{"max_connections", limit}, peer, of_peer, all});
  } else {
    log::warn(
        "max_connections_per_peer reached: for each new connection of a peer its own one longest in its request head, "
        "or longest idle, is closed; raise server.max_connections_per_peer, or name a proxy in "
        "scrapers.trusted_proxies",
        {{"max_connections_per_peer", limit}, peer, of_peer, all});
  }
}

void EvictionLog::note_refused(const Address& peer, std::size_t limit) {
  ++refused_;
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < silent_about_refused_until_) return;
  silent_about_refused_until_ = now + interval;
  log::warn(
      "connections refused: all that this peer may have are being answered; raise server.max_connections_per_peer, or "
      "name a proxy in scrapers.trusted_proxies",
      {{"peer", peer_text(peer)}, {"max_connections_per_peer", limit}, {"refused", std::exchange(refused_, 0)}});
}

}  // namespace oneshot::net
