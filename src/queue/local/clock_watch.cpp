// SPDX-License-Identifier: MIT
#include "queue/local/clock_watch.hpp"

#include <chrono>
#include <mutex>
#include <utility>

#include "base/log.hpp"

namespace oneshot::queue {

ClockWatch::ClockWatch(Ledger& ledger) : ledger_(ledger), wall_minus_monotonic_(wall_minus_monotonic_ms()) {}

std::int64_t ClockWatch::wall_minus_monotonic_ms() const noexcept {
  using std::chrono::milliseconds;
  const auto steady = std::chrono::duration_cast<milliseconds>(ledger_.clock.steady().time_since_epoch());
  return ledger_.clock.unix_ms() - steady.count();
}

bool ClockWatch::stepped() const noexcept {
  const std::int64_t by_ms = wall_minus_monotonic_ms() - wall_minus_monotonic_.load(std::memory_order_relaxed);
  return by_ms > event_log::clock_step_ms || by_ms < -event_log::clock_step_ms;
}

void ClockWatch::check() {
  Ledger& ledger = ledger_;
  std::unique_lock lock(ledger.mutex);
  const std::int64_t apart = wall_minus_monotonic_ms();
  const std::int64_t back_ms = wall_minus_monotonic_.exchange(apart, std::memory_order_relaxed) - apart;
  ledger.clock_steps.forget_before(ledger.log.head());
  if (!ledger.explicit_timestamps) return;
  if (back_ms <= event_log::clock_step_ms && back_ms >= -event_log::clock_step_ms)
    return ledger.log.pass_time(ledger.clock.unix_ms());
  const event_log::EventLog::Epoch epoch = ledger.log.begin_epoch(back_ms);
  if (back_ms < 0) return ledger.clock_steps.set_forward(epoch.begin, -back_ms);
  ledger.clock_steps.set_back(epoch.begin, back_ms);
  if (ledger.storage != nullptr) {
    ledger.storage->note_skew_ranges(ledger.clock_steps.skew_ranges());
    ledger.storage->note_clock(ledger.clock.unix_ms());  // or the next start would find the same step again
  }
  const bool some_are_later = epoch.latest > ledger.clock.unix_ms();
  lock.unlock();
  const double seconds = static_cast<double>(back_ms) / 1000;
  if (!some_are_later) return log::info("the clock was set back: new events take its time", {{"seconds", seconds}});
  log::warn(
      "the clock was set back: new events take its time, and Prometheus refuses those of a series for which it "
      "has later ones",
      {{"seconds", seconds}, {"until", log::timestamp(epoch.latest)}});
}

void ClockWatch::store() {
  if (ledger_.storage == nullptr) return;
  const std::lock_guard lock(ledger_.mutex);
  const std::uint64_t end = ledger_.log.tail();
  if (std::exchange(stored_at_, end) != end) ledger_.storage->note_clock(ledger_.clock.unix_ms());
}

// As check() would have done, had the clock been set back while the program ran.
void ClockWatch::restore(Ledger& ledger) {
  const storage::Recovered& found = ledger.storage->found();
  if (!ledger.explicit_timestamps) return;
  ledger.clock_steps.restore(found.skew_ranges);
  const std::int64_t back_ms = found.latest_unix_ms - ledger.clock.unix_ms();
  if (back_ms > event_log::clock_step_ms) {
    ledger.clock_steps.set_back(found.end, back_ms);
    ledger.storage->note_skew_ranges(ledger.clock_steps.skew_ranges());
    log::warn(
        "the clock was set back since the last end: events that wait take its time, and Prometheus refuses new ones "
        "of a series for which it has later ones",
        {{"seconds", static_cast<double>(back_ms) / 1000}});
  }
  ledger.storage->note_clock(ledger.clock.unix_ms());  // so that the next start does not find the same step again
  event_log::Offset at{.bytes = found.begin};
  ledger.log.walk(at, found.end, [&](const event_log::Record& record) {
    if (!record.is_padding())
      ledger.log.remember_time(record.series_hash, ledger.clock_steps.time_of(at.bytes, record.sample_unix_ms()));
    return false;
  });
  // What was given since the clock was noted, within a second, counts as well.
  if (found.latest_unix_ms != 0) ledger.log.know_times_since(found.latest_unix_ms + event_log::clock_step_ms);
}

}  // namespace oneshot::queue
