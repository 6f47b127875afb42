// SPDX-License-Identifier: MIT
#include "app/api/cluster_json.hpp"

namespace oneshot::app {
namespace {

void write_engine(json::Writer& out, const queue::EngineStatistics& engine) {
  out.member("engine").object();
  out.member("connected", engine.is_connected);
  if (!engine.node.empty()) out.member("node", engine.node);
  if (!engine.version.empty()) out.member("version", engine.version);
  if (!engine.trouble.empty()) out.member("trouble", engine.trouble);
  out.end_object();
}

void write_replica(json::Writer& out, const queue::JoinedReplica& replica) {
  out.object().member("name", replica.name).member("version", replica.version);
  out.member("heard_unix_ms", replica.heard_unix_ms).member("silent", replica.is_silent).end_object();
}

}  // namespace

void write_cluster(json::Writer& out, const queue::ClusterStatistics& cluster) {
  out.object().member("name", cluster.name).member("replica", cluster.replica);
  out.member("settings_differ", cluster.settings_differ);
  write_engine(out, cluster.engine);
  out.member("applied", cluster.applied).member("lag_seconds", cluster.lag_seconds);
  out.member("in_flight", cluster.in_flight).member("waiting_bytes", cluster.waiting_bytes);
  out.member("replicas").list();
  for (const queue::JoinedReplica& replica : cluster.replicas) write_replica(out, replica);
  out.end_list().end_object();
}

}  // namespace oneshot::app
