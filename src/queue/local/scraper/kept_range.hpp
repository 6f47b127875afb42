// SPDX-License-Identifier: MIT
#pragma once

#include "queue/local/scraper/ranges.hpp"

namespace oneshot::queue {

/// The events of one delivered batch that stay in the log while its proof may be revoked.
struct KeptRange {
  Ranges events;
  bool gone = false;  ///< the log has needed the room
};

}  // namespace oneshot::queue
