// SPDX-License-Identifier: MIT
#pragma once

#include "queue/local/clock_watch.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/making_room/contents.hpp"

namespace oneshot::queue {

/// What has to be done once a second. Each part takes the lock for itself and briefly. One thread at a time.
class Housekeeping {
 public:
  /// Both outlive the housekeeping.
  Housekeeping(Ledger& ledger, ClockWatch& clock) noexcept : ledger_(ledger), clock_(clock), contents_(ledger) {}

  void tick();
  /// The part of tick() that logs losses. `at_once`: see Losses::take_unlogged().
  void log_losses(bool at_once);

 private:
  void forget_scrapers();
  void log_forgotten(const ScraperTable::Gone& one, SteadyTime now);
  void retain_history();
  [[nodiscard]] bool is_short_of_room() const noexcept;
  void give_memory_back();

  Ledger& ledger_;
  ClockWatch& clock_;
  ContentsWatch contents_;
  LineBudget forgotten_lines_;
};

}  // namespace oneshot::queue
