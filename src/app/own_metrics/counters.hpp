// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "event/event.hpp"

namespace oneshot::app {

/// What one worker did with the events sent to it. Written by its thread alone, read by any (relaxed: each
/// number stands alone); on cache lines of its own so that workers do not slow each other.
struct alignas(64) Counters {
  using Number = std::atomic<std::uint64_t>;

  Number accepted{0};
  Number duplicates{0};
  std::array<Number, event::reason_count> rejected{};

  void count_accepted(std::uint64_t events = 1) noexcept { increase(accepted, events); }
  void count_duplicates(std::uint64_t events = 1) noexcept { increase(duplicates, events); }
  void count_rejected(event::Reason reason) noexcept { increase(rejected[static_cast<std::size_t>(reason)], 1); }

  // With a single writer a load and a store do, without the locked instruction of fetch_add.
  static void increase(Number& number, std::uint64_t by) noexcept {
    number.store(number.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
};

}  // namespace oneshot::app
