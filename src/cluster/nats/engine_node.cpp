// SPDX-License-Identifier: MIT
#include "cluster/nats/engine_node.hpp"

#include <utility>

#include "base/log.hpp"
#include "cluster/nats/engine_version.hpp"

namespace oneshot::cluster {

void EngineNode::look() {
  const std::uint64_t connections = connection_.connections();
  if (connections == seen_) return;
  const std::string address = connection_.node();
  if (address.empty()) return;  // broken again already
  seen_ = connections;
  Known found{.address = address, .version = version_of_node(address)};
  log::info("connected to the cluster's engine", {{"node", found.address}, {"version", found.version}});
  if (is_older(found.version, oldest_engine) && !found.version.empty())
    log::warn("a node of the cluster's engine can lose records: install a newer nats-server there",
              {{"node", found.address}, {"version", found.version}, {"oldest", oldest_engine}});
  const std::lock_guard lock(mutex_);
  known_ = std::move(found);
}

EngineNode::Known EngineNode::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

}  // namespace oneshot::cluster
