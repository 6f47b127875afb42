// SPDX-License-Identifier: MIT
#include "app/own_metrics/cluster_metrics.hpp"

namespace oneshot::app {

using exposition::MetricType;
using exposition::SampleValue;

void append_cluster(exposition::Writer& writer, const queue::ClusterStatistics& cluster) {
  constexpr std::string_view info = "oneshot_cluster_info";
  writer.family(info, MetricType::gauge, "1, with the name of this replica.");
  writer.sample(info, {{"replica", cluster.replica}}, SampleValue(1));
  writer.single("oneshot_cluster_connected", MetricType::gauge, "1 if the connection to the cluster's engine stands.",
                cluster.is_connected ? 1 : 0);
  writer.single("oneshot_cluster_replicas", MetricType::gauge,
                "Replicas that have joined and not left, this one included.", cluster.replicas);
  writer.single(
      "oneshot_cluster_applied_records", MetricType::gauge,
      "The place in the cluster's log up to which this replica has read: the greatest is the most recent one.",
      cluster.applied);
  writer.single("oneshot_cluster_in_flight", MetricType::gauge,
                "Records that this replica has handed to the engine and not read back yet.", cluster.in_flight);
  writer.single("oneshot_cluster_waiting_bytes", MetricType::gauge,
                "Bytes of posted events that wait until a record may go to the engine.", cluster.waiting_bytes);
  writer.single("oneshot_cluster_repeats_total", MetricType::counter,
                "Records that came twice, since their replica had no answer, and were dropped.", cluster.repeats);
  writer.single("oneshot_cluster_settings_differ", MetricType::gauge,
                "1 if this replica's settings are not those that the cluster acts by: make them equal.",
                cluster.settings_differ ? 1 : 0);
}

}  // namespace oneshot::app
