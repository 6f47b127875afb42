// SPDX-License-Identifier: MIT
//
// The log is lock-free and knows nothing of scrapers; the table of scrapers has one short lock and knows
// nothing of bytes. Here they meet. Nothing in this folder holds the lock while it reads events for somebody,
// logs a line, or calls back.
#include "queue/queue_manager.hpp"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <utility>

#include "base/log.hpp"
#include "queue/state.hpp"

namespace oneshot::queue {
namespace {

// A scraper and its retry are two; a handful may come at once when several share a name by mistake.
constexpr std::size_t longest_line = 8;

}  // namespace

QueueManager::State::State(MappedRing ring, const Options& given, const Clock& the_clock)
    : clock(the_clock),
      drop_oldest(given.drop_oldest),
      explicit_timestamps(given.explicit_timestamps),
      log(std::move(ring), given.appenders, the_clock, given.explicit_timestamps),
      table(the_clock.steady()),
      options(given),
      clocks_apart_ms(how_far_clocks_are_apart()) {
  for (const std::string& name : options.names) {
    if (table.find(name) == nullptr) table.add(name, true, clock.steady());
  }
}

Result<std::unique_ptr<QueueManager>> QueueManager::open(const Options& options, const Clock& clock) {
  Result<MappedRing> ring = MappedRing::in_memory(options.capacity_bytes);
  if (!ring) return Failure{std::move(ring.error())};
  return std::unique_ptr<QueueManager>(new QueueManager(std::make_shared<State>(std::move(*ring), options, clock)));
}

QueueManager::QueueManager(std::shared_ptr<State> state) : state_(std::move(state)) {}

QueueManager::~QueueManager() {
  state_->report_losses();
  state_->report_unclaimed(true);
}

Stored QueueManager::append(unsigned appender, const event::Event& event) {
  State& state = *state_;
  bool clock_looked_at = false;
  for (bool made_room = false;;) {
    const EventLog::Appended appended = state.log.append(appender, event, clock_looked_at);
    if (appended == EventLog::Appended::clock_doubtful) {
      if (state.clock_was_set()) state.watch_the_clock();
      clock_looked_at = true;
      continue;
    }
    if (appended == EventLog::Appended::stored) return Stored::stored;
    if (appended == EventLog::Appended::stored_crowded) {
      // Looking costs a lock: once for every 1/256 of the log is enough.
      const std::uint64_t tail = state.log.tail();
      if (tail >= state.next_room_check.load(std::memory_order_relaxed)) {
        state.next_room_check.store(tail + state.log.capacity() / 256, std::memory_order_relaxed);
        state.make_room(0);
      }
      return Stored::stored;
    }
    const std::uint64_t wanted = state.log.tail() + RecordHeader::size_for(event.labels.size());
    const bool fits = RecordHeader::size_for(event.labels.size()) <= state.log.capacity();
    if (made_room || !fits || !state.make_room(wanted - std::min(wanted, state.log.capacity()))) {
      state.refused.fetch_add(1, std::memory_order_relaxed);
      return Stored::full;
    }
    made_room = true;
  }
}

Result<Ticket, Refused> QueueManager::stand_in_line(std::string_view name) {
  State& state = *state_;
  const SteadyTime now = state.clock.steady();
  const std::int64_t now_ms = state.clock.unix_ms();
  bool is_new = false;
  std::uint64_t waiting = 0;

  std::unique_lock lock(state.mutex);
  const auto refused = [&] { return state.table.unnamed() >= state.options.max_unnamed; };
  Scraper* scraper = state.table.find(name);
  if (scraper == nullptr) {
    if (refused()) return Failure{Refused::too_many_scrapers};
    state.catch_up(lock);  // lets go of the lock, so everything is looked up again
    scraper = state.table.find(name);
  }
  if (scraper == nullptr) {
    if (refused()) return Failure{Refused::too_many_scrapers};
    state.table.end_hold_if_due(now, state.options.startup_hold);
    scraper = &state.table.add(name, false, now);
    waiting = scraper->waiting(state.table.frontier());
    is_new = true;
  }
  if (scraper->line.size() >= longest_line) return Failure{Refused::line_too_long};
  state.table.somebody_came();
  scraper->last_seen = now;
  scraper->last_scrape_unix_ms = now_ms;
  auto place = std::make_unique<Ticket::Place>(state_, state.table.all().find(name)->first, *scraper, ++state.tickets);
  scraper->line.push_back(place->number);
  lock.unlock();

  if (is_new) log::info("new scraper", {{"scraper", name}, {"events", waiting}});
  return Ticket(std::move(place));
}

void QueueManager::change(const Options& options) {
  State& state = *state_;
  const SteadyTime now = state.clock.steady();
  std::unique_lock lock(state.mutex);
  state.catch_up(lock);
  state.options.max_unnamed = options.max_unnamed;
  state.options.forget_after = options.forget_after;
  state.options.startup_hold = options.startup_hold;
  state.options.max_events_per_scrape = options.max_events_per_scrape;
  state.options.names = options.names;
  state.table.end_hold_if_due(now, options.startup_hold);
  for (auto& [name, scraper] : state.table.all()) {
    const bool named = std::ranges::find(options.names, name) != options.names.end();
    if (scraper.named && !named) scraper.last_seen = now;  // from now on it can be forgotten
    scraper.named = named;
  }
  for (const std::string& name : options.names) {
    if (state.table.find(name) == nullptr) state.table.add(name, true, now);
  }
}

QueueStatistics QueueManager::statistics() const {
  State& state = *state_;
  const std::int64_t now_ms = state.clock.unix_ms();
  QueueStatistics statistics;
  std::unique_lock lock(state.mutex);
  state.catch_up(lock);
  const Mark end = state.table.frontier();
  for (const auto& [name, scraper] : state.table.all()) {
    ScraperStatistics& numbers = statistics.scrapers.emplace_back();
    numbers.name = name;
    numbers.named = scraper.named;
    numbers.waiting = scraper.waiting(end);
    numbers.in_flight = scraper.in_flight();
    numbers.delivered = scraper.delivered;
    numbers.redelivered = scraper.redelivered;
    numbers.given_up = scraper.given_up;
    numbers.dropped_full = scraper.dropped_full;
    numbers.dropped_damaged = scraper.dropped_damaged;
    numbers.last_scrape_unix_ms = scraper.last_scrape_unix_ms;
    if (scraper.cursor().position < end.position) {
      const std::uint64_t oldest = scraper.cursor().position;
      const std::int64_t age_ms = now_ms - state.clock_steps.time_of(oldest, state.log.record_at(oldest).unix_ms);
      numbers.oldest_waiting_seconds = static_cast<double>(std::max<std::int64_t>(age_ms, 0)) / 1000;
    }
  }
  statistics.dropped_forgotten.assign(state.table.forgotten().begin(), state.table.forgotten().end());
  statistics.unclaimed = state.table.unclaimed();
  statistics.held = state.table.held();
  statistics.max_scrapers = state.options.max_unnamed + statistics.scrapers.size() - state.table.unnamed();
  statistics.used_bytes = state.log.tail() - state.table.free_until();
  statistics.capacity_bytes = state.log.capacity();
  return statistics;
}

bool QueueManager::crowded() const noexcept {
  const std::uint64_t gate = state_->log.gate();  // before the tail, which is never below it
  return state_->log.crowded(state_->log.tail() - gate);
}

bool QueueManager::unable_to_store() const noexcept { return false; }  // memory does not fail once it is there

}  // namespace oneshot::queue
