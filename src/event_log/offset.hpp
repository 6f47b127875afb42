// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::event_log {

/// A place between two records, and how many events stand before it since the log began. Numbers of events
/// between two places are then differences and cost no walk.
struct Offset {
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;

  friend bool operator==(const Offset&, const Offset&) = default;
};

/// The later of two offsets of one log.
inline const Offset& later(const Offset& a, const Offset& b) noexcept { return a.bytes < b.bytes ? b : a; }

}  // namespace oneshot::event_log
