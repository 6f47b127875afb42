// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::cluster {

/// How long records took, from when they were handed over until they were read back.
struct AppendTimes {
  std::uint64_t count = 0;
  double seconds = 0;  ///< in sum

  void add(SteadyTime::duration taken) noexcept {
    ++count;
    seconds += std::chrono::duration<double>(taken).count();
  }
};

}  // namespace oneshot::cluster
