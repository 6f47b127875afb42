// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace oneshot::cluster {

/// A warning about what is tried again and again: at first, when its reason changes, and every ten seconds. Any thread.
class Complaint {
 public:
  explicit Complaint(std::string message) : message_(std::move(message)) {}

  void make(const std::string& reason) {
    {
      const std::lock_guard lock(mutex_);
      const SteadyTime now = system_clock().steady();
      if (reason == reason_ && now - made_ < std::chrono::seconds(10)) return;
      reason_ = reason;
      made_ = now;
    }
    log::warn(message_, {{"reason", reason}});
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
  SteadyTime made_{};
};

}  // namespace oneshot::cluster
