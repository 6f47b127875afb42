// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "storage/sync.hpp"

namespace oneshot::storage {

/// Where events are kept. Fixed at the start.
struct Options {
  std::string path;                            ///< of the file; empty: in memory
  std::uint64_t capacity_bytes = 64ull << 20;  ///< in memory too; a multiple of the page size
  Sync sync = Sync::interval;
  /// So many idempotency keys are known, 0 to 1,048,576; in memory too. 0: none, and a repeated POST stores its event
  /// again.
  std::uint64_t idempotency_keys = 65'536;
};

}  // namespace oneshot::storage
