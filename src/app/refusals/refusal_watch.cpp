// SPDX-License-Identifier: MIT
#include "app/refusals/refusal_watch.hpp"

#include <algorithm>
#include <utility>

namespace oneshot::app {

std::optional<std::uint64_t> RefusalWatch::note(const Address& client, SteadyTime now) {
  std::string name = client.text();
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  if (found == known_.end()) {
    if (!make_room(now)) return std::nullopt;
    known_.emplace(std::move(name), Known{.line = now});
    return 0;
  }
  Known& known = found->second;
  if (now - known.line < interval) {
    ++known.silent;
    return std::nullopt;
  }
  known.line = now;
  return std::exchange(known.silent, 0);
}

/// For one more client. False: each one that is known has had its line within the last minute.
bool RefusalWatch::make_room(SteadyTime now) {
  if (known_.size() < max_clients) return true;
  const auto oldest = std::ranges::min_element(known_, {}, [](const auto& one) { return one.second.line; });
  if (now - oldest->second.line < interval) return false;
  known_.erase(oldest);
  return true;
}

}  // namespace oneshot::app
