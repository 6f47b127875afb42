// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace oneshot::app {

/// Whether the program is where it should be to take requests. Set by the service, asked by /readyz; any
/// thread.
class Readiness {
 public:
  enum class Phase : std::uint8_t { starting, running, stopping };

  void enter(Phase phase) noexcept { phase_.store(phase, std::memory_order_relaxed); }
  [[nodiscard]] Phase phase() const noexcept { return phase_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Phase> phase_{Phase::starting};
};

}  // namespace oneshot::app
