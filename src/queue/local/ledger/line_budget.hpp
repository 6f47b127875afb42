// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace oneshot::queue {

/// How many lines about one matter go into the log: a few a minute, and then their number. Clients choose how often
/// the matter comes. Has no lock.
class LineBudget {
 public:
  static constexpr unsigned lines = 8;
  static constexpr std::chrono::minutes interval{1};

  /// Whether this one gets a line of its own.
  [[nodiscard]] bool take(SteadyTime now) noexcept {
    if (now >= ends_ && silent_ == 0) {
      ends_ = now + interval;
      taken_ = 0;
    }
    if (taken_ < lines) return ++taken_ > 0;
    ++silent_;
    return false;
  }
  /// How many had none, once the minute is over.
  [[nodiscard]] std::optional<std::uint64_t> due(SteadyTime now, bool at_once) noexcept {
    if (silent_ == 0 || (now < ends_ && !at_once)) return std::nullopt;
    return std::exchange(silent_, 0);
  }

 private:
  SteadyTime ends_{};
  unsigned taken_ = 0;
  std::uint64_t silent_ = 0;
};

}  // namespace oneshot::queue
