// SPDX-License-Identifier: MIT
#pragma once

#include "queue/local/ledger/ledger.hpp"
#include "queue/statistics.hpp"

namespace oneshot::queue {

/// The numbers of a queue, whichever engine keeps it. Takes the ledger's lock; walks over the newest events.
[[nodiscard]] QueueStatistics statistics_of(Ledger& ledger);

}  // namespace oneshot::queue
