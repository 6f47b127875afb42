// SPDX-License-Identifier: MIT
#include "ctl/cluster/command.hpp"

#include <cmath>

#include "ctl/cluster/cluster.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/server/with_api.hpp"
#include "ctl/text/duration.hpp"
#include "ctl/text/local_time.hpp"
#include "ctl/text/plain.hpp"
#include "ctl/text/table.hpp"

namespace oneshot::ctl {
namespace {

constexpr Option options[] = {json_option};

std::string table_of(const Cluster& cluster, std::int64_t now_unix_ms) {
  Table table({"REPLICA", "VERSION", "LAST RECORD", "STATE"});
  for (const Cluster::Replica& one : cluster.replicas)
    table.add({one.name, one.version, ago(one.heard_unix_ms, now_unix_ms), one.silent ? "silent" : "joined"});
  return table.text();
}

std::string readiness(const json::Value& status) {
  std::string text = flag_at(status, "ready") ? "ready" : "NOT READY";
  std::string_view before = ": ";
  for (const std::string& reason : texts_at(status, "not_ready")) {
    text.append(before).append(plain(reason, longest_explanation));
    before = ", ";
  }
  return text;
}

std::string lag(double seconds) {
  if (seconds < 1) return {};
  const std::chrono::milliseconds age(std::llround(seconds * 1000));
  return ", the oldest of its own records that it has not read back is " + duration_in_words(age) + " old";
}

std::string text_of(const Cluster& cluster, const json::Value& status) {
  std::string text = table_of(cluster, whole_at(status, "now_unix_ms"));
  text += cluster.replica + " of cluster " + cluster.name + ": " + readiness(status) + "; " + cluster.engine() +
          "; has read up to record " + std::to_string(cluster.applied) + lag(cluster.lag_seconds) + '\n';
  if (flag_at(status, "ready") && !cluster.trouble.empty()) text += "the cluster's log: " + cluster.trouble + '\n';
  if (cluster.settings_differ)
    text += cluster.replica + " has other settings than those that the cluster acts by: make them equal\n";
  return text;
}

Result<std::string> ask(const Call& call, Api& api) {
  const auto status = api.get("/api/v1/status");
  if (!status) return Unexpected{status.error()};
  const auto cluster = cluster_of(*status);
  if (!cluster) return Unexpected{std::string("the server is a single one, without [cluster]: it has no replicas")};
  return call.has(json_option.name) ? api.last_body() : text_of(*cluster, *status);
}

int run_replicas(const Call& call) {
  if (!call.words().empty()) return refuse("replicas takes no word; --url says which of them is asked");
  return with_api<ask>(call);
}

}  // namespace

Command replicas_command() noexcept {
  return {.name = "replicas",
          .arguments = "[OPTION]...",
          .summary = "list the servers of a cluster, and how the one that is asked stands with its engine",
          .details =
              "LAST RECORD: when the engine stored one of that server; each says something once a minute. STATE:\n"
              "silent is one that has not for 90 seconds while others have.\n",
          .example = "oneshotctl replicas --url http://a:8090\n",
          .options = options,
          .run = run_replicas};
}

}  // namespace oneshot::ctl
