// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "cluster/replica.hpp"
#include "queue/statistics.hpp"

namespace oneshot::cluster {

/// What a replica and its engine tell of the cluster; what its scrapes and groups tell is left out.
[[nodiscard]] queue::ClusterStatistics statistics_of(const Replica& replica, const Clock& clock);

/// Which replica each batch is out from.
void tell_holders(const Machine& machine, std::vector<queue::ScraperStatistics>& scrapers);

}  // namespace oneshot::cluster
