// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace oneshot {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The two clocks of the program, behind an interface so that tests can set them. Any thread may ask.
class Clock {
 public:
  virtual ~Clock() = default;
  /// For deadlines and ages; never steps.
  [[nodiscard]] virtual SteadyTime steady() const noexcept = 0;
  /// The same as of the kernel's last tick, as coarse_unix_ms().
  [[nodiscard]] virtual SteadyTime coarse_steady() const noexcept { return steady(); }
  /// Milliseconds since 1970-01-01 UTC, the unit of Prometheus' timestamps; steps when somebody sets the clock.
  [[nodiscard]] virtual std::int64_t unix_ms() const noexcept = 0;
  /// The same as of the kernel's last tick, of which one comes each 1 to 10 ms: for times that nobody is shown to the
  /// millisecond. To read the counter itself would cost an event more than its place in the log.
  [[nodiscard]] virtual std::int64_t coarse_unix_ms() const noexcept { return unix_ms(); }
};

/// The steady clock as of the kernel's last tick, of which one comes each 1 to 10 ms: for timeouts, where asking the
/// clock itself for each request would cost more than some of its steps.
[[nodiscard]] SteadyTime coarse_steady_now() noexcept;

/// The machine's clocks. Lives for the whole program.
const Clock& system_clock() noexcept;

}  // namespace oneshot
