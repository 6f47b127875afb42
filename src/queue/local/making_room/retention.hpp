// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

// How far back the history reaches. For the holder of the ledger's lock.

/// Lets go of what is older than Options::history, or beyond Options::history_bytes. False: there is more to walk, and
/// somebody else may have the lock before.
bool retain_history(Ledger& ledger);

/// Room is short: the older half of the history goes, and all below `needed_head`. False: none was left to go, or a
/// lease keeps its place anyway.
bool yield_history(Ledger& ledger, std::uint64_t needed_head);

}  // namespace oneshot::queue
