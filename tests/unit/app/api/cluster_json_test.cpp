// SPDX-License-Identifier: MIT
#include "app/api/cluster_json.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::app {
namespace {

std::string text_of(const queue::ClusterStatistics& cluster) {
  std::string text;
  json::Writer out(text);
  write_cluster(out, cluster);
  return text;
}

TEST_CASE("the cluster has its replicas, and how this one stands with the engine") {
  queue::ClusterStatistics cluster;
  cluster.name = "oneshot";
  cluster.replica = "a";
  cluster.settings_differ = true;
  cluster.engine = {
      .is_connected = true, .node = "10.0.0.1:4222", .version = "2.10.27", .trouble = "no stream", .tail_restarts = 1};
  cluster.replicas = {{.name = "a", .version = "0.1", .heard_unix_ms = 7, .is_silent = false},
                      {.name = "b", .version = "0.2", .heard_unix_ms = 5, .is_silent = true}};
  cluster.applied = 12;
  cluster.in_flight = 2;
  cluster.lag_seconds = 1.5;
  cluster.waiting_bytes = 3;
  CHECK(text_of(cluster) ==
        R"({"name":"oneshot","replica":"a","settings_differ":true,)"
        R"("engine":{"connected":true,"node":"10.0.0.1:4222","version":"2.10.27","trouble":"no stream"},)"
        R"("applied":12,"lag_seconds":1.5,"in_flight":2,"waiting_bytes":3,"replicas":[)"
        R"({"name":"a","version":"0.1","heard_unix_ms":7,"silent":false},)"
        R"({"name":"b","version":"0.2","heard_unix_ms":5,"silent":true}]})");
}

TEST_CASE("an engine that was never there has no node, and one that does not tell its version has none") {
  CHECK(text_of({}).find(R"("engine":{"connected":false},)") != std::string::npos);
}

}  // namespace
}  // namespace oneshot::app
