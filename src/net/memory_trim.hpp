// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace oneshot::net {

/// Gives memory back to the system after a peak: of what many connections had, the allocator keeps what lies between
/// pieces that still live. Used by one thread.
class MemoryTrim {
 public:
  /// A smaller peak is not worth the milliseconds that the allocator takes.
  static constexpr std::size_t worth = std::size_t{8} << 20;

  /// `peak` bytes were held at most since the last call, about `held` are now. Trims where it is worth it, at most
  /// every few seconds.
  void look(std::size_t held, std::size_t peak, SteadyTime now);
  /// There was a peak, and its memory has not been given back yet: look again.
  [[nodiscard]] bool is_due() const noexcept { return peak_ > held_ + worth; }

 private:
  std::size_t peak_ = 0;  // since the last time it trimmed
  std::size_t held_ = 0;
  SteadyTime next_{};
};

}  // namespace oneshot::net
