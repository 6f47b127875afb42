// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// Notices when somebody sets the wall clock, and restates the times of the events that wait. Any thread.
///
/// Up to a second of setting back, times that ascend win over the clock: they wait for it. Beyond that the clock wins:
/// events that wait are restated by it, and new ones take its time, though some may then be behind their series.
class ClockWatch {
 public:
  /// The ledger outlives the watch.
  explicit ClockWatch(Ledger& ledger);

  /// The clock was set by more than a second since the last check(). Lock-free.
  [[nodiscard]] bool stepped() const noexcept;
  /// Called by the first append that finds the clock set, so that no place in the log is in doubt, and once a second.
  void check();
  /// Notes in the file what the clock says, for the next program, which has to know whether the clock was set back.
  /// Not where nothing was stored since the last time: then the file rests.
  void store();

  /// With a file, before the first append: the times of series in the log, and of the log itself if the clock was set
  /// back since the program before.
  static void restore(Ledger& ledger);

 private:
  /// Changes when somebody sets the wall clock.
  [[nodiscard]] std::int64_t wall_minus_monotonic_ms() const noexcept;

  Ledger& ledger_;
  std::atomic<std::int64_t> wall_minus_monotonic_;  // as of the last check; written under the lock
  std::uint64_t stored_at_ = 0;                     // the end of the log at the last store(); under the lock
};

}  // namespace oneshot::queue
