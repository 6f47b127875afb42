// SPDX-License-Identifier: MIT
#include "app/own_metrics/cluster_metrics.hpp"

namespace oneshot::app {

using exposition::MetricType;
using exposition::SampleValue;

void append_cluster(exposition::Writer& writer, const queue::ClusterStatistics& cluster) {
  const auto one = [&writer](std::string_view name, MetricType type, std::string_view help, SampleValue value) {
    writer.family(name, type, help);
    writer.sample(name, value);
  };
  constexpr std::string_view info = "oneshot_cluster_info";
  writer.family(info, MetricType::gauge, "1, with the name of this replica.");
  writer.sample(info, {{"replica", cluster.replica}}, SampleValue(1));
  one("oneshot_cluster_connected", MetricType::gauge, "1 if the connection to the cluster's engine stands.",
      cluster.is_connected ? 1 : 0);
  one("oneshot_cluster_replicas", MetricType::gauge, "Replicas that have joined and not left, this one included.",
      cluster.replicas);
  one("oneshot_cluster_applied_records", MetricType::gauge,
      "The place in the cluster's log up to which this replica has read: the greatest is the most recent one.",
      cluster.applied);
  one("oneshot_cluster_in_flight", MetricType::gauge,
      "Records that this replica has handed to the engine and not read back yet.", cluster.in_flight);
  one("oneshot_cluster_waiting_bytes", MetricType::gauge,
      "Bytes of posted events that wait until a record may go to the engine.", cluster.waiting_bytes);
  one("oneshot_cluster_repeats_total", MetricType::counter,
      "Records that came twice, since their replica had no answer, and were dropped.", cluster.repeats);
  one("oneshot_cluster_settings_differ", MetricType::gauge,
      "1 if this replica's settings are not those that the cluster acts by: make them equal.",
      cluster.settings_differ ? 1 : 0);
}

}  // namespace oneshot::app
