// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace oneshot::app {

/// How often each of `size` reasons was met. Any thread: what is counted so is no usual way, so its workers may share a
/// counter.
template <class Reason, std::size_t size>
class CountsByReason {
 public:
  void count(Reason reason) noexcept {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  /// By the reason's number.
  [[nodiscard]] std::uint64_t count_at(std::size_t reason) const noexcept {
    return counts_[reason].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, size> counts_{};
};

}  // namespace oneshot::app
