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
};
static_assert(sizeof(InFlightWord) == 64);

}  // namespace oneshot::event_log
