// SPDX-License-Identifier: MIT
#include "ctl/cluster/cluster.hpp"

#include "ctl/server/fields.hpp"
#include "ctl/text/plain.hpp"

namespace oneshot::ctl {

std::string Cluster::engine() const {
  const std::string what = engine_version.empty() ? node : node + " (nats-server " + engine_version + ")";
  if (connected) return "connected to " + what;
  return "NO connection to the cluster's engine" + (node.empty() ? "" : "; the last one was to " + what);
}

std::optional<Cluster> cluster_of(const json::Value& status) {
  const auto found = status.member("cluster");
  if (!found) return std::nullopt;
  Cluster cluster;
  cluster.name = plain(text_at(*found, "name"));
  cluster.replica = plain(text_at(*found, "replica"));
  cluster.settings_differ = flag_at(*found, "settings_differ");
  if (const auto engine = found->member("engine")) {
    cluster.connected = flag_at(*engine, "connected");
    cluster.node = plain(text_at(*engine, "node"));
    cluster.engine_version = plain(text_at(*engine, "version"));
    cluster.trouble = plain(text_at(*engine, "trouble"), longest_explanation);
  }
  cluster.applied = whole_at(*found, "applied");
  cluster.lag_seconds = number_at(*found, "lag_seconds");
  for (const json::Value& one : list_at(*found, "replicas"))
    cluster.replicas.push_back({plain(text_at(one, "name")), plain(text_at(one, "version")),
                                whole_at(one, "heard_unix_ms"), flag_at(one, "silent")});
  return cluster;
}

}  // namespace oneshot::ctl
