// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <ctime>

namespace oneshot {

namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] SteadyTime coarse_steady() const noexcept override { return coarse_steady_now(); }
  [[nodiscard]] std::int64_t unix_ms() const noexcept override { return unix_ms_of(CLOCK_REALTIME); }
  [[nodiscard]] std::int64_t coarse_unix_ms() const noexcept override { return unix_ms_of(CLOCK_REALTIME_COARSE); }

 private:
  static std::int64_t unix_ms_of(clockid_t clock) noexcept {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0) ::clock_gettime(CLOCK_REALTIME, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  }
};

}  // namespace

SteadyTime coarse_steady_now() noexcept {
  timespec now{};
  if (::clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0) return std::chrono::steady_clock::now();
  return SteadyTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

const Clock& system_clock() noexcept {
  // Without state and with a trivial destructor in effect, so it may be used until the very end of the
  // program.
  static const SystemClock clock;
  return clock;
}

}  // namespace oneshot
