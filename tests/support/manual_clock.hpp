// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::test {

/// A clock that stands still until a test moves it. Any thread.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const noexcept override {
    return SteadyTime(std::chrono::milliseconds(steady_ms_.load()));
  }
  [[nodiscard]] std::int64_t unix_ms() const noexcept override { return unix_ms_.load(); }

  /// Time passes: both clocks move.
  void advance(std::chrono::milliseconds by) noexcept {
    steady_ms_ += by.count();
    unix_ms_ += by.count();
  }
  /// Somebody sets the wall clock.
  void step(std::chrono::milliseconds by) noexcept { unix_ms_ += by.count(); }
  void set(std::int64_t unix_ms) noexcept { unix_ms_ = unix_ms; }

 private:
  std::atomic<std::int64_t> steady_ms_{1'000'000};
  std::atomic<std::int64_t> unix_ms_{1'700'000'000'000};
};

}  // namespace oneshot::test
