// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cluster/machine.hpp"

namespace oneshot::cluster {

// By the log's own time: while it stands still nobody can be heard, and nobody is silent.
std::vector<Machine::Joined> Machine::joined() const {
  std::vector<Joined> all;
  for (const auto& [publisher, replica] : replicas_) {
    const auto window = windows_.find(publisher);
    const SteadyTime last = window == windows_.end() ? time_.steady : window->second.last;
    const SteadyTime::duration ago = time_.steady - last;
    const std::int64_t ago_ms = std::chrono::duration_cast<std::chrono::milliseconds>(ago).count();
    all.push_back({.publisher = publisher,
                   .told = {.name = replica.name,
                            .version = replica.version,
                            .heard_unix_ms = time_.unix_ms - ago_ms,
                            .is_silent = ago >= silent_after}});
  }
  std::ranges::sort(all, {}, [](const Joined& one) -> const std::string& { return one.told.name; });
  return all;
}

}  // namespace oneshot::cluster
