// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/options.hpp"
#include "storage/error.hpp"

namespace oneshot::queue {

/// A ledger that goes on with what is in the file `options.storage.path`, which is made where there is none. Errors:
/// the file cannot be used, or has too little room.
Result<std::shared_ptr<Ledger>, storage::Error> restore(const Options& options, const Clock& clock);

}  // namespace oneshot::queue
