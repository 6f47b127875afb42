// SPDX-License-Identifier: MIT
#pragma once

#include "json/writer.hpp"
#include "queue/cluster_statistics.hpp"

namespace oneshot::app {

/// The value of the member "cluster" of the status, which only a replica of a cluster has.
void write_cluster(json::Writer& out, const queue::ClusterStatistics& cluster);

}  // namespace oneshot::app
