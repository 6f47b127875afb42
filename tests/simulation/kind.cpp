// SPDX-License-Identifier: MIT
#include "simulation/kind.hpp"

namespace oneshot::simulation {

Kind Kind::of(std::uint64_t seed) {
  constexpr std::uint64_t other_dice = 0x9e3779b97f4a7c15;
  Scheduler scheduler(seed ^ other_dice);
  Kind kind;
  if (scheduler.dice(2) == 0) kind.names.resize(scheduler.dice(1));  // the others are known since they came
  if (scheduler.dice(7) == 0) kind.scrape_timeout = milliseconds(250);
  if (scheduler.dice(7) != 0) return kind;
  kind.standstill = scheduler.dice(1) == 0 ? Standstill::engine_away : Standstill::replicas_stopped;
  kind.standstill_lasts = std::chrono::seconds(16 << scheduler.dice(9));  // up to two hours and a quarter
  return kind;
}

}  // namespace oneshot::simulation
