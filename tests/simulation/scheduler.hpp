// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>

#include "base/clock.hpp"

namespace oneshot::simulation {

using std::chrono::milliseconds;

/// Time that passes only from one thing that happens to the next, and the dice: with one seed everything happens again
/// in the same way.
class Scheduler final : public Clock {
 public:
  explicit Scheduler(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] SteadyTime steady() const noexcept override { return now_; }
  [[nodiscard]] std::int64_t unix_ms() const noexcept override {
    return 1'700'000'000'000 + std::chrono::duration_cast<milliseconds>(now_ - start).count();
  }

  void at(SteadyTime time, std::function<void()> what) { due_.emplace(std::max(time, now_), std::move(what)); }
  void after(milliseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  /// False: nothing is due before `until`, and it is `until` now.
  bool step(SteadyTime until) {
    if (due_.empty() || due_.begin()->first > until) {
      now_ = until;
      return false;
    }
    now_ = due_.begin()->first;
    const std::function<void()> what = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    what();
    return true;
  }

  /// From 0 to `most`.
  std::uint64_t dice(std::uint64_t most) { return most == 0 ? 0 : random_() % (most + 1); }
  bool chance(double probability) { return static_cast<double>(random_() >> 11) * 0x1p-53 < probability; }
  milliseconds delay(std::uint64_t most_ms) { return milliseconds(dice(most_ms)); }

 private:
  static constexpr SteadyTime start{std::chrono::hours(1000)};
  SteadyTime now_ = start;
  std::mt19937_64 random_;
  std::multimap<SteadyTime, std::function<void()>> due_;  // equal times in the order of their coming
};

}  // namespace oneshot::simulation
