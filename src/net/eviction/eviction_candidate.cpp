// SPDX-License-Identifier: MIT
#include "net/eviction/eviction_candidate.hpp"

#include <tuple>

namespace oneshot::net {

// A peer that crowds the others loses its strangers, also the newest, before anybody else loses one. Its scraper comes
// last all the same: an attack may share the address with it.
EvictionGroup EvictionCandidate::group() const noexcept {
  if (priority >= EvictionPriority::scraper) return EvictionGroup::known;
  if (priority == EvictionPriority::arriving)
    return crowds ? EvictionGroup::crowding_arriving : EvictionGroup::arriving;
  return crowds ? EvictionGroup::crowding : EvictionGroup::stranger;
}

bool EvictionCandidate::evict_before(const EvictionCandidate& other) const noexcept {
  const auto key = [](const EvictionCandidate& one) {
    return std::tuple(one.group(), !one.crowds, one.priority, one.asks, one.since, one.id);
  };
  if (priority == EvictionPriority::never) return false;
  return other.priority == EvictionPriority::never || key(*this) < key(other);
}

}  // namespace oneshot::net
