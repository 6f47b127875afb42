// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::queue {

/// A place between two records, and how many events stand before it since the log began. Numbers of events
/// between two places are then differences and cost no walk.
struct Mark {
  std::uint64_t position = 0;
  std::uint64_t events = 0;

  friend bool operator==(const Mark&, const Mark&) = default;
};

/// The later of two marks of one log.
inline const Mark& later(const Mark& a, const Mark& b) noexcept { return a.position < b.position ? b : a; }

}  // namespace oneshot::queue
