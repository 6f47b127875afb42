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
};

}  // namespace oneshot::storage
