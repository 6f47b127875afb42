// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "queue/local/ledger/ledger.hpp"
#include "queue/statistics.hpp"

namespace oneshot::queue {

/// The numbers of a queue, whichever engine keeps it, at this time (Unix, ms). Not the ledger's own: where its records
/// come out of a log, that one stands still while none come. Takes the ledger's lock; walks over the newest events.
[[nodiscard]] QueueStatistics statistics_of(Ledger& ledger, std::int64_t now_ms);

}  // namespace oneshot::queue
