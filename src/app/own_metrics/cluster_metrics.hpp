// SPDX-License-Identifier: MIT
#pragma once

#include "exposition/writer.hpp"
#include "queue/statistics.hpp"

namespace oneshot::app {

/// What only a replica of a cluster has to tell.
void append_cluster(exposition::Writer& writer, const queue::ClusterStatistics& cluster);

}  // namespace oneshot::app
