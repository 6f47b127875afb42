// SPDX-License-Identifier: MIT
#include "cluster/joined_replicas.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/log.hpp"

namespace oneshot::cluster {
namespace {

template <class All>
bool has_name(const All& all, const std::string& name) {
  return std::ranges::any_of(all, [&](const auto& one) { return one.second.name == name; });
}

}  // namespace

void JoinedReplicas::note(const Machine& machine, Publisher publisher) {
  if (machine.joins_and_ends() == seen_) return;
  seen_ = machine.joins_and_ends();
  ByPublisher now;
  for (Machine::Joined& one : machine.joined()) now.emplace(one.publisher, std::move(one.told));
  if (!now.contains(own_)) now.clear();
  tell(now, publisher, machine.names_of_replicas());
  known_ = std::move(now);
}

void JoinedReplicas::tell(const ByPublisher& now, Publisher publisher, const std::string& names) const {
  if (now.empty()) return;
  if (!known_.contains(own_)) {
    log::info("joined the cluster", {{"replica", now.at(own_).name}, {"replicas", names}});
    return;
  }
  for (const auto& [who, replica] : now)
    if (!known_.contains(who))
      log::info(has_name(known_, replica.name) ? "a replica has joined the cluster again, by another process"
                                               : "a replica has joined the cluster",
                {{"replica", replica.name}, {"version", replica.version}, {"replicas", names}});
  for (const auto& [who, replica] : known_)
    if (!now.contains(who) && !has_name(now, replica.name))
      log::info(who == publisher ? "a replica has left the cluster"
                                 : "a replica of the cluster is forgotten: nothing was heard of it for minutes",
                {{"replica", replica.name}, {"replicas", names}});
}

}  // namespace oneshot::cluster
