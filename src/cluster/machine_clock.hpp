// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::cluster {

/// The time as the log says it: what the stamps of its entries come to. All replicas have the same, whatever their own
/// clocks say. Where the engine's leader changes, stamps may go back a little; time does not.
struct LogTime {
  /// While the engine is away, or all replicas are stopped, nobody can be heard: so much of a silence counts at most,
  /// for who is forgotten when nothing comes from him. Replicas that work have something stored each five seconds.
  static constexpr std::chrono::milliseconds longest_silence{10'000};

  /// Not zero, so that what is compared with "never" is later than that.
  SteadyTime steady{std::chrono::hours(24)};
  std::int64_t unix_ms = 0;

  /// An entry has this stamp. A step back of more than a second is a clock that was set right; time follows it.
  /// `most`: of the time since the entry before, so much counts for `steady`.
  void pass(std::int64_t stamp_ms, std::chrono::milliseconds most = std::chrono::milliseconds::max()) noexcept {
    constexpr std::int64_t longest_wait_ms = 1000;
    if (stamp_ms > unix_ms && unix_ms != 0) steady += std::min(std::chrono::milliseconds(stamp_ms - unix_ms), most);
    if (stamp_ms > unix_ms || stamp_ms < unix_ms - longest_wait_ms) unix_ms = stamp_ms;
  }

  template <class Archive>
  void state(Archive& archive) {
    archive(steady, unix_ms);
  }
};

/// The clock of a ledger whose records come out of a log. Set by the thread that applies; any thread may ask.
class MachineClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const noexcept override {
    return SteadyTime(SteadyTime::duration(steady_.load(std::memory_order_relaxed)));
  }
  [[nodiscard]] std::int64_t unix_ms() const noexcept override { return unix_ms_.load(std::memory_order_relaxed); }

  void set(const LogTime& time) noexcept {
    steady_.store(time.steady.time_since_epoch().count(), std::memory_order_relaxed);
    unix_ms_.store(time.unix_ms, std::memory_order_relaxed);
  }

 private:
  std::atomic<SteadyTime::rep> steady_{0};
  std::atomic<std::int64_t> unix_ms_{0};
};

}  // namespace oneshot::cluster
