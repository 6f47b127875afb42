// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace oneshot::app {

/// Bytes that a batch of so many events takes from when it is measured until its last line is written, at the most:
/// what finds equal series (event/series_merger.hpp: 12 to 20 bytes an event, 8 more where they repeat), their families
/// (4), with timestamps a list for each series (32), and the piece that is being written.
[[nodiscard]] constexpr std::size_t working_memory(std::uint64_t events, bool explicit_timestamps) noexcept {
  constexpr std::uint64_t piece = 128 * 1024;
  // A record of an event in the log has 32 bytes at least: more events than that no log has.
  constexpr std::uint64_t most = std::uint64_t{1} << 31;
  return static_cast<std::size_t>(piece + std::min(events, most) * (explicit_timestamps ? 64 : 32));
}

}  // namespace oneshot::app
