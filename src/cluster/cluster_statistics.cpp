// SPDX-License-Identifier: MIT
#include "cluster/cluster_statistics.hpp"

#include <chrono>
#include <utility>

namespace oneshot::cluster {
namespace {

queue::EngineStatistics engine_of(const OrderedLog& log) {
  EngineState state = log.engine_state();
  return {.is_connected = log.is_connected(),
          .node = std::move(state.node),
          .version = std::move(state.version),
          .trouble = std::move(state.trouble),
          .tail_restarts = state.tail_restarts};
}

}  // namespace

queue::ClusterStatistics statistics_of(const Replica& replica, const Clock& clock) {
  const AppendTimes appends = replica.append_times();
  const SteadyTime now = clock.steady();
  queue::ClusterStatistics cluster{.replica = replica.options().name,
                                   .version = replica.options().version,
                                   .engine = engine_of(replica.log()),
                                   .in_flight = replica.in_flight(),
                                   .appends = appends.count,
                                   .append_seconds = appends.seconds};
  cluster.lag_seconds = std::chrono::duration<double>(now - replica.waits_since().value_or(now)).count();
  replica.look([&](const Machine& machine) {
    for (Machine::Joined& one : machine.joined()) cluster.replicas.push_back(std::move(one.told));
    cluster.applied = machine.applied();
    cluster.repeats = machine.repeats();
    cluster.settings_differ = replica.differs(machine);
  });
  return cluster;
}

void tell_holders(const Machine& machine, std::vector<queue::ScraperStatistics>& scrapers) {
  for (queue::ScraperStatistics& scraper : scrapers)
    if (const Out* const out = machine.out_to(scraper.name)) scraper.held_by = out->replica;
}

}  // namespace oneshot::cluster
