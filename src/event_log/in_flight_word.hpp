// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace oneshot::event_log {

/// While a thread appends: the offset that the thread claims, or is about to claim. In a file these words tell, after a
/// kill, a record that was never finished, and so never answered with 200, from a damaged one.
struct alignas(64) InFlightWord {
  static constexpr std::uint64_t idle = ~std::uint64_t{0};
  std::atomic<std::uint64_t> offset{idle};
  /// Of a claim for many records: where it ends. 0: the claim is for one.
  std::atomic<std::uint64_t> batch_end{0};

  /// Whether the thread was writing between these offsets when it was killed.
  [[nodiscard]] bool was_writing_in(std::uint64_t from, std::uint64_t to) const noexcept {
    const std::uint64_t begin = offset;
    const std::uint64_t end = batch_end;
    if (begin == idle) return false;
    return (begin >= from && begin < to) || (begin < to && end > from);
  }
};
static_assert(sizeof(InFlightWord) == 64);

}  // namespace oneshot::event_log
