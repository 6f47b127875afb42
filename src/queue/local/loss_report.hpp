// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "queue/local/ledger.hpp"

namespace oneshot::queue {

/// Logs what was lost or refused, in numbers and not for each event. Any thread, without the lock.
class LossReport {
 public:
  /// The ledger outlives the report.
  explicit LossReport(Ledger& ledger) noexcept : ledger_(ledger) {}

  /// An event found no room.
  void count_refused() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }
  /// A line for each scraper that has lost events since the last call, and one about what was refused.
  void report();
  /// A line about events that nobody scraped while they were kept, at most one a minute unless `at_once`.
  void report_unclaimed(bool at_once);

 private:
  Ledger& ledger_;
  std::atomic<std::uint64_t> refused_{0};  // not yet logged
  std::uint64_t unclaimed_logged_ = 0;     // these two under the lock
  SteadyTime silent_about_unclaimed_until_{};
};

}  // namespace oneshot::queue
