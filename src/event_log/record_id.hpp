// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace oneshot::event_log {

/// Where a record stands, and what tells it from any other that may stand there: in a log that was made anew, or after
/// a loss of power, when places are used again.
struct RecordId {
  static constexpr unsigned tag_bits = 40;

  std::uint64_t offset = 0;
  std::uint64_t tag = 0;  ///< of `tag_bits` bits

  /// `series_hash` has the log's secret in it, and of one series two records of one time are at two places.
  [[nodiscard]] static std::uint64_t tag_of(std::uint64_t series_hash, std::int64_t unix_ms) noexcept {
    // Odd numbers without a pattern (those of SplitMix64): each bit of both counts in the upper bits of the product.
    const std::uint64_t time = static_cast<std::uint64_t>(unix_ms) * 0x9E3779B97F4A7C15;
    return (series_hash ^ time) * 0xBF58476D1CE4E5B9 >> (64 - tag_bits);
  }
};

}  // namespace oneshot::event_log
