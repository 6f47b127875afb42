// SPDX-License-Identifier: MIT
#include "net/eviction/peers.hpp"

#include <algorithm>

namespace oneshot::net {

std::string peer_text(const Address& address) { return Address::text_of_site(address.site()); }

void Peers::change(std::size_t limit, std::vector<Network> unlimited) {
  limit_ = limit;
  unlimited_ = std::move(unlimited);
}

Peer& Peers::of(const Address& address) {
  if (std::ranges::any_of(unlimited_, [&](const Network& network) { return network.contains(address); }))
    return proxies_;
  if (by_site_.size() >= sweep_at_) forget_those_without_connections();
  std::unique_ptr<Peer>& peer = by_site_[address.site()];
  if (!peer) peer = std::make_unique<Peer>(address, true);
  return *peer;
}

// Once for each time that the table has doubled, so that it costs a connection next to nothing.
void Peers::forget_those_without_connections() {
  std::erase_if(by_site_, [](const auto& one) { return one.second->connections() == 0 && one.second->held.empty(); });
  sweep_at_ = std::max<std::size_t>(64, 2 * by_site_.size());
}

}  // namespace oneshot::net
