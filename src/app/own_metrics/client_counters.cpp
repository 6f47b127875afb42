// SPDX-License-Identifier: MIT
#include "app/own_metrics/client_counters.hpp"

namespace oneshot::app {

Counters::Number* ClientCounters::number_of(std::string_view client, unsigned worker) {
  const std::lock_guard lock(mutex_);
  auto found = counts_.find(client);
  if (found == counts_.end()) found = counts_.emplace(client, std::vector<Own>(workers_)).first;
  return &found->second[worker].events;
}

std::map<std::string, std::uint64_t, std::less<>> ClientCounters::all() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::uint64_t, std::less<>> sums;
  for (const auto& [client, numbers] : counts_) {
    std::uint64_t& sum = sums[client];
    for (const Own& one : numbers) sum += one.events.load(std::memory_order_relaxed);
  }
  return sums;
}

}  // namespace oneshot::app
