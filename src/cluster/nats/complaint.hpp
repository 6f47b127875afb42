// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace oneshot::cluster {

/// A warning about what is tried again and again: at first, when its reason changes, but not twice a second, and every
/// ten seconds. Any thread.
class Complaint {
 public:
  explicit Complaint(std::string message) : message_(std::move(message)) {}

  void make(const std::string& reason) {
    if (is_due(reason, system_clock().steady())) log::warn(message_, {{"reason", reason}});
  }
  /// Whether this is to be said now; then it counts as said.
  [[nodiscard]] bool is_due(const std::string& reason, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    // What the engine forbids is told for each message, and in turns where messages of two kinds are forbidden.
    const std::chrono::seconds least(reason == reason_ ? 10 : reason_.empty() ? 0 : 1);
    if (now - said_ < least) return false;
    reason_ = reason;
    said_ = now;
    return true;
  }
  /// It has worked.
  void forget() {
    const std::lock_guard lock(mutex_);
    reason_.clear();
  }

 private:
  const std::string message_;
  std::mutex mutex_;
  std::string reason_;
  SteadyTime said_{};
};

}  // namespace oneshot::cluster
