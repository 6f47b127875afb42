// SPDX-License-Identifier: MIT
#include "queue/local/loss_report.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace oneshot::queue {
namespace {

// Where nobody scrapes at all, a line about it is enough now and then.
constexpr std::chrono::minutes unclaimed_log_interval{1};

}  // namespace

void LossReport::report() {
  std::vector<std::pair<std::string, std::uint64_t>> losses;
  {
    const std::lock_guard lock(ledger_.mutex);
    for (auto& [name, scraper] : ledger_.table.all()) {
      if (scraper.loss_to_log > 0) losses.emplace_back(name, std::exchange(scraper.loss_to_log, 0));
    }
  }
  for (const auto& [name, events] : losses) {
    log::warn("events lost", {{"scraper", name}, {"reason", "full"}, {"events", events}});
  }
  if (const std::uint64_t events = refused_.exchange(0, std::memory_order_relaxed); events > 0) {
    log::warn("the event log is full: events refused", {{"events", events}});
  }
}

void LossReport::report_unclaimed(bool at_once) {
  const SteadyTime now = ledger_.clock.steady();
  std::unique_lock lock(ledger_.mutex);
  const std::uint64_t events = ledger_.table.unclaimed() - unclaimed_logged_;
  if (events == 0 || (!at_once && now < silent_about_unclaimed_until_)) return;
  unclaimed_logged_ += events;
  silent_about_unclaimed_until_ = now + unclaimed_log_interval;
  lock.unlock();
  log::warn("events lost: nobody scraped while they were kept", {{"reason", "unclaimed"}, {"events", events}});
}

}  // namespace oneshot::queue
