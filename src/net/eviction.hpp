// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::net {

/// Which connection is closed for a new one where there can be no more: the lowest priority value, and of several the
/// one that has had it for longest.
enum class EvictionPriority : std::uint8_t {
  first,             ///< in its request head, or at its end: nothing is lost with it
  idle,              ///< between requests
  awaiting_receipt,  ///< silent after a batch: our end is sent, and the peer's answer to that is the receipt
  never,             ///< its request is being answered
};

}  // namespace oneshot::net
