// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::storage {

/// When the file is made durable: from then on also the loss of the machine's power does not lose what was stored.
enum class Sync : std::uint8_t {
  none,      ///< when the kernel likes
  interval,  ///< every 100 ms
  always,    ///< before a POST is answered
};

}  // namespace oneshot::storage
