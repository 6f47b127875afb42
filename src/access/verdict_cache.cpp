// SPDX-License-Identifier: MIT
#include "access/verdict_cache.hpp"

#include <algorithm>
#include <tuple>

namespace oneshot::access {

std::optional<const Client*> VerdictCache::find(const crypto::Digest& key) noexcept {
  if (entries_ == nullptr) return std::nullopt;
  // The key is a digest with a secret in it: to learn how much of it differs is of no use.
  const auto found = std::ranges::find_if(*entries_, [&](const Entry& e) { return e.used != 0 && e.key == key; });
  if (found == entries_->end()) return std::nullopt;
  found->used = ++now_;
  return found->client;
}

void VerdictCache::put(const crypto::Digest& key, const Client* client) {
  if (entries_ == nullptr) entries_ = std::make_unique<Entries>();
  // A free place before all others, then the wrong one that was asked for longest ago, then such a right one.
  const auto place = std::ranges::min_element(
      *entries_, {}, [](const Entry& entry) { return std::tuple(entry.client != nullptr, entry.used); });
  if (place->client != nullptr && client == nullptr) return;
  *place = {key, client, ++now_};
}

}  // namespace oneshot::access
