// SPDX-License-Identifier: MIT
#include "queue/local/housekeeping.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "queue/local/making_room/evictor.hpp"
#include "queue/local/making_room/retention.hpp"

namespace oneshot::queue {
namespace {

constexpr std::uint64_t give_back_step = 4ull << 20;  // bytes per lock: some hundred microseconds in the kernel

}  // namespace

void Housekeeping::tick() {
  if (ledger_.storage != nullptr) ledger_.storage->check_place();
  clock_.check();
  clock_.store();
  forget_scrapers();
  retain_history();
  give_memory_back();
  log_losses(false);
}

void Housekeeping::forget_scrapers() {
  const SteadyTime now = ledger_.clock.steady();
  std::unique_lock lock(ledger_.mutex);
  ledger_.catch_up(lock);
  const Options& options = ledger_.options;
  // Whoever was refused may have gone, and a scrape waits for the room.
  if (ledger_.room.is_refusing()) make_room(ledger_, 0, options.when_full == WhenFull::drop_oldest);
  const std::vector<ScraperTable::Gone> gone = ledger_.table.forget(now - options.forget_after);
  ledger_.table.hold().end_if_due(now, options.startup_hold);
  ledger_.bound_kept();
  const std::optional<std::uint64_t> newcomers = ledger_.newcomer_lines.due(now, false);
  const std::optional<std::uint64_t> failed = ledger_.failed_batch_lines.due(now, false);
  lock.unlock();
  for (const ScraperTable::Gone& one : gone) log_forgotten(one, now);
  if (newcomers) log::info("more new scrapers", {{"scrapers", *newcomers}});
  if (failed) log::info("more batches not delivered", {{"batches", *failed}});
  if (const auto more = forgotten_lines_.due(now, false)) log::info("more scrapers forgotten", {{"scrapers", *more}});
}

// Of the others nobody is known to miss anything.
void Housekeeping::log_forgotten(const ScraperTable::Gone& one, SteadyTime now) {
  if (!one.had_earned_its_place && !forgotten_lines_.take(now)) return;
  const bool is_lost = one.had_earned_its_place && one.lost > 0;
  log::write(is_lost ? log::Level::warn : log::Level::info, "scraper forgotten",
             {{"scraper", one.name}, {"reason", "not seen"}, {"lost_events", one.lost}});
}

void Housekeeping::retain_history() {
  for (;;) {
    const std::lock_guard lock(ledger_.mutex);
    ledger_.table.places().forget_before(ledger_.log.head());
    if (!queue::retain_history(ledger_)) continue;
    while (is_short_of_room() && yield_history(ledger_, 0)) {
    }
    return;
  }
}

// As it will be when the head is where it can be.
bool Housekeeping::is_short_of_room() const noexcept {
  return ledger_.log.above_high_watermark(ledger_.log.tail() - ledger_.table.free_until());
}

void Housekeeping::give_memory_back() {
  event_log::EventLog& log = ledger_.log;
  const std::uint64_t page = event_log::Ring::page_size();
  for (;;) {
    const std::lock_guard lock(ledger_.mutex);
    // Down to a page: the rest of it is still in use, and would be forgotten if the head stood inside of it.
    const std::uint64_t free_until = ledger_.table.free_until() / page * page;
    if (free_until <= log.head()) return;
    log.advance_head_and_release_memory(std::min(free_until, log.head() / page * page + give_back_step));
  }
}

void Housekeeping::log_losses(bool at_once) {
  const SteadyTime now = ledger_.clock.steady();
  std::unique_lock lock(ledger_.mutex);
  ledger_.table.count_unclaimed();
  const Losses::Unlogged unlogged = ledger_.losses.take_unlogged(ledger_.table.all(), now, at_once);
  lock.unlock();
  unlogged.write();
  contents_.tick(!unlogged.empty());
}

}  // namespace oneshot::queue
