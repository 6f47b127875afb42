// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace oneshot::app {

/// How the last reading of the settings went, that of the start included (without it nothing would run). Set by the
/// service, shown among the own metrics; any thread.
class ConfigReloads {
 public:
  explicit ConfigReloads(std::int64_t unix_ms) : success_unix_ms_(unix_ms) {}

  void note_success(std::int64_t unix_ms) noexcept {
    success_unix_ms_.store(unix_ms, std::memory_order_relaxed);
    successful_.store(true, std::memory_order_relaxed);
  }
  void note_failure() noexcept { successful_.store(false, std::memory_order_relaxed); }

  [[nodiscard]] bool successful() const noexcept { return successful_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t success_unix_ms() const noexcept {
    return success_unix_ms_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> successful_{true};
  std::atomic<std::int64_t> success_unix_ms_;
};

}  // namespace oneshot::app
