// SPDX-License-Identifier: MIT
//
// Once a second, by whoever has the time. Each part takes the lock for itself and briefly.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "queue/local/state.hpp"
#include "queue/queue_manager.hpp"

namespace oneshot::queue {
namespace {

// Where nobody scrapes at all, a line about it is enough now and then.
constexpr std::chrono::minutes unclaimed_log_interval{1};
constexpr std::uint64_t give_back_step = 4ull << 20;  // bytes per lock: some hundred microseconds in the kernel

}  // namespace

void QueueManager::tick() {
  state_->check_clock_step();
  state_->store_clock();
  state_->forget_scrapers();
  state_->give_memory_back();
  state_->report_losses();
  state_->report_unclaimed(false);
}

std::int64_t QueueManager::State::wall_minus_monotonic_ms() const noexcept {
  using std::chrono::milliseconds;
  return clock.unix_ms() - std::chrono::duration_cast<milliseconds>(clock.steady().time_since_epoch()).count();
}

bool QueueManager::State::clock_stepped() const noexcept {
  const std::int64_t by_ms = wall_minus_monotonic_ms() - wall_minus_monotonic.load(std::memory_order_relaxed);
  return by_ms > event_log::clock_step_ms || by_ms < -event_log::clock_step_ms;
}

// Up to a second of setting back, times that ascend win over the clock: they wait for it. Beyond that the clock wins:
// events that wait are restated by it, and new ones take its time, though some may then be behind their series. Called
// by the first append that finds the clock changed, so that no place in the log is in doubt, and by each tick.
void QueueManager::State::check_clock_step() {
  std::unique_lock lock(mutex);
  const std::int64_t apart = wall_minus_monotonic_ms();
  const std::int64_t back_ms = wall_minus_monotonic.exchange(apart, std::memory_order_relaxed) - apart;
  clock_steps.forget_before(log.head());
  if (!explicit_timestamps) return;
  if (back_ms <= event_log::clock_step_ms && back_ms >= -event_log::clock_step_ms)
    return log.pass_time(clock.unix_ms());
  const event_log::EventLog::Epoch epoch = log.begin_epoch(back_ms);
  if (back_ms < 0) return clock_steps.set_forward(epoch.begin, -back_ms);
  clock_steps.set_back(epoch.begin, back_ms);
  if (storage != nullptr) {
    storage->note_skew_ranges(clock_steps.skew_ranges());
    storage->note_clock(clock.unix_ms());  // or the next start would find the same step again
  }
  const bool some_are_later = epoch.latest > clock.unix_ms();
  lock.unlock();
  const double seconds = static_cast<double>(back_ms) / 1000;
  if (!some_are_later) return log::info("the clock was set back: new events take its time", {{"seconds", seconds}});
  log::warn(
      "the clock was set back: new events take its time, and Prometheus refuses those of a series for which it "
      "has later ones",
      {{"seconds", seconds}, {"until", log::timestamp(epoch.latest)}});
}

// For the next program, which has to know whether the clock was set back. Not where nothing is stored: then the file
// rests.
void QueueManager::State::store_clock() {
  if (storage == nullptr) return;
  const std::lock_guard lock(mutex);
  const std::uint64_t end = log.tail();
  if (std::exchange(clock_noted_at, end) != end) storage->note_clock(clock.unix_ms());
}

void QueueManager::State::forget_scrapers() {
  const SteadyTime now = clock.steady();
  std::unique_lock lock(mutex);
  catch_up(lock);
  const std::vector<std::pair<std::string, std::uint64_t>> gone = table.forget(now - options.forget_after);
  table.end_hold_if_due(now, options.startup_hold);
  lock.unlock();
  for (const auto& [name, lost] : gone) {
    log::write(lost > 0 ? log::Level::warn : log::Level::info, "scraper forgotten",
               {{"scraper", name}, {"reason", "not seen"}, {"lost_events", lost}});
  }
}

void QueueManager::State::give_memory_back() {
  const std::uint64_t page = event_log::Ring::page_size();
  for (;;) {
    const std::lock_guard lock(mutex);
    // Down to a page: the rest of it is still in use, and would be forgotten if the gate stood inside of it.
    const std::uint64_t free_until = table.free_until() / page * page;
    if (free_until <= log.head()) return;
    log.advance_head_and_release_memory(std::min(free_until, log.head() / page * page + give_back_step));
  }
}

void QueueManager::State::report_losses() {
  std::vector<std::pair<std::string, std::uint64_t>> losses;
  {
    const std::lock_guard lock(mutex);
    for (auto& [name, scraper] : table.all()) {
      if (scraper.loss_to_log > 0) losses.emplace_back(name, std::exchange(scraper.loss_to_log, 0));
    }
  }
  for (const auto& [name, events] : losses) {
    log::warn("events lost", {{"scraper", name}, {"reason", "full"}, {"events", events}});
  }
  if (const std::uint64_t events = refused.exchange(0, std::memory_order_relaxed); events > 0) {
    log::warn("the event log is full: events refused", {{"events", events}});
  }
}

void QueueManager::State::report_unclaimed(bool at_once) {
  const SteadyTime now = clock.steady();
  std::unique_lock lock(mutex);
  const std::uint64_t events = table.unclaimed() - unclaimed_logged;
  if (events == 0 || (!at_once && now < silent_about_unclaimed_until)) return;
  unclaimed_logged += events;
  silent_about_unclaimed_until = now + unclaimed_log_interval;
  lock.unlock();
  log::warn("events lost: nobody scraped while they were kept", {{"reason", "unclaimed"}, {"events", events}});
}

}  // namespace oneshot::queue
