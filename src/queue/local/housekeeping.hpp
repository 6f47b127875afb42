// SPDX-License-Identifier: MIT
#pragma once

#include "queue/local/clock_watch.hpp"
#include "queue/local/ledger.hpp"
#include "queue/local/loss_report.hpp"

namespace oneshot::queue {

/// What has to be done once a second. Each part takes the lock for itself and briefly. One thread at a time.
class Housekeeping {
 public:
  /// All three outlive the housekeeping.
  Housekeeping(Ledger& ledger, ClockWatch& clock, LossReport& losses) noexcept
      : ledger_(ledger), clock_(clock), losses_(losses) {}

  void tick();

 private:
  void forget_scrapers();
  void give_memory_back();

  Ledger& ledger_;
  ClockWatch& clock_;
  LossReport& losses_;
};

}  // namespace oneshot::queue
