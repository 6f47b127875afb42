// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"

namespace oneshot::cluster {

/// What to do where the engine, or the stream of the log, has no leader.
inline constexpr const char* look_at_the_nodes =
    "Do most of its nodes run, and reach each other? Each says it at :8222/healthz";

/// What keeps the log from being used at the moment although its engine may be connected, for people. Each trouble is
/// told again as often as it is met, and counts as over when it was not for some seconds. Any thread.
class Trouble {
 public:
  /// Who has met it. Where several have, the words of the first of these say most.
  enum class Met : std::uint8_t {
    connecting,  ///< no node takes a connection
    rights,      ///< the engine forbids what the log needs
    reading,     ///< the stream is not there, not fit, or does not answer
    storing,     ///< the engine takes no records
    looking,     ///< the log can be used by this replica, but not by everybody
  };
  /// Longer than who meets it needs to try again.
  static constexpr std::chrono::seconds lasts{5};

  /// `refuses`: nothing is stored while this lasts, as surely as the engine says so.
  void note(Met met, std::string why, bool refuses, SteadyTime now, SteadyTime::duration lasting = lasts) {
    const std::lock_guard lock(mutex_);
    One& one = ones_[static_cast<std::size_t>(met)];
    one = {.why = std::move(why), .until = now + lasting};
    one.refuses_until = refuses ? one.until : SteadyTime{};
    tell_refusal();
  }
  /// What this one wanted has worked.
  void forget(Met met) {
    const std::lock_guard lock(mutex_);
    ones_[static_cast<std::size_t>(met)] = {};
    tell_refusal();
  }

  /// "": there is none.
  [[nodiscard]] std::string words(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    for (const One& one : ones_)
      if (now < one.until) return one.why;
    return {};
  }
  [[nodiscard]] bool refuses(SteadyTime now) const noexcept {
    return now.time_since_epoch().count() < refuses_until_.load(std::memory_order_relaxed);
  }

 private:
  struct One {
    std::string why{};
    SteadyTime until{};
    SteadyTime refuses_until{};
  };
  void tell_refusal() noexcept {
    SteadyTime latest{};
    for (const One& one : ones_) latest = std::max(latest, one.refuses_until);
    refuses_until_.store(latest.time_since_epoch().count(), std::memory_order_relaxed);
  }

  mutable std::mutex mutex_;
  std::array<One, 5> ones_;
  std::atomic<SteadyTime::rep> refuses_until_{0};
};

}  // namespace oneshot::cluster
