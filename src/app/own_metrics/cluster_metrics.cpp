// SPDX-License-Identifier: MIT
#include "app/own_metrics/cluster_metrics.hpp"

namespace oneshot::app {

using exposition::MetricType;
using exposition::SampleValue;
namespace {

void append_appends(exposition::Writer& writer, const queue::ClusterStatistics& cluster) {
  writer.family("oneshot_cluster_append_seconds", MetricType::summary,
                "What records of this replica took, from when they were handed over until they were read back.");
  writer.sample("oneshot_cluster_append_seconds_sum", cluster.append_seconds);
  writer.sample("oneshot_cluster_append_seconds_count", cluster.appends);
}

void append_takeovers(exposition::Writer& writer, const queue::ClusterStatistics& cluster) {
  constexpr std::string_view takeovers = "oneshot_cluster_takeovers_total";
  writer.family(takeovers, MetricType::counter,
                "Batches of another replica that did not answer, which this one ended: all of it was acknowledged "
                "(delivered), or it goes out again (timed_out).");
  writer.sample(takeovers, {{"outcome", "delivered"}}, cluster.takeovers_delivered);
  writer.sample(takeovers, {{"outcome", "timed_out"}}, cluster.takeovers_timed_out);
}

}  // namespace

void append_cluster(exposition::Writer& writer, const queue::ClusterStatistics& cluster) {
  constexpr std::string_view info = "oneshot_cluster_info";
  writer.family(info, MetricType::gauge,
                "1, with the name and version of this replica, and the version of the engine's node that it uses.");
  writer.sample(info, {{"replica", cluster.replica}, {"engine", cluster.engine.version}, {"version", cluster.version}},
                SampleValue(1));
  writer.single("oneshot_cluster_connected", MetricType::gauge, "1 if the connection to the cluster's engine stands.",
                cluster.engine.is_connected ? 1 : 0);
  writer.single("oneshot_cluster_replicas", MetricType::gauge,
                "Replicas that have joined and not left, this one included.", cluster.replicas.size());
  writer.single(
      "oneshot_cluster_applied_records", MetricType::gauge,
      "The place in the cluster's log up to which this replica has read: the greatest is the most recent one.",
      cluster.applied);
  writer.single("oneshot_cluster_in_flight", MetricType::gauge,
                "Records that this replica has handed to the engine and not read back yet.", cluster.in_flight);
  writer.single("oneshot_cluster_lag_seconds", MetricType::gauge,
                "Age of the oldest of these records; 0 if there is none.", cluster.lag_seconds);
  writer.single("oneshot_cluster_waiting_bytes", MetricType::gauge,
                "Bytes of posted events that wait until a record may go to the engine.", cluster.waiting_bytes);
  writer.single("oneshot_cluster_repeats_total", MetricType::counter,
                "Records that came twice, since their replica had no answer or the engine stored them again, and were "
                "dropped.",
                cluster.repeats);
  append_appends(writer, cluster);
  append_takeovers(writer, cluster);
  writer.single("oneshot_cluster_tail_restarts_total", MetricType::counter,
                "Times that the reading of the cluster's log had to begin anew behind what was read.",
                cluster.engine.tail_restarts);
  writer.single("oneshot_cluster_settings_differ", MetricType::gauge,
                "1 if this replica's settings are not those that the cluster acts by: make them equal.",
                cluster.settings_differ ? 1 : 0);
}

}  // namespace oneshot::app
