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
#include "queue/local/state.hpp"

namespace oneshot::queue {
namespace {

// A scraper and its retry are two; a handful may come at once when several share a name by mistake.
constexpr std::size_t longest_line = 8;

}  // namespace

QueueManager::State::State(event_log::Ring ring, const Options& given, const Clock& the_clock)
    : clock(the_clock),
      drop_oldest(given.when_full == WhenFull::drop_oldest),
      explicit_timestamps(given.explicit_timestamps),
      sync(storage::Sync::none),
      log(std::move(ring), event_log::EventLog::Start{}, given.appenders, the_clock, given.explicit_timestamps),
      last_appended(given.appenders),
      table(the_clock.steady()),
      options(given),
      wall_minus_monotonic(wall_minus_monotonic_ms()) {
  add_named();
}

QueueManager::State::~State() {
  flusher.reset();
  if (storage != nullptr) storage->end(log.tail());
}

void QueueManager::State::add_named() {
  for (const std::string& name : options.names) {
    if (table.find(name) == nullptr) table.add(name, true, clock.steady());
  }
}

Result<std::unique_ptr<QueueManager>, storage::Error> QueueManager::open(const Options& options, const Clock& clock) {
  const auto made = [](std::shared_ptr<State> state) {
    return std::unique_ptr<QueueManager>(new QueueManager(std::move(state)));
  };
  if (options.storage.path.empty()) {
    Result<event_log::Ring> ring = event_log::Ring::in_memory(options.storage.capacity_bytes);
    if (!ring) return Unexpected{storage::Error{std::move(ring.error())}};
    return made(std::make_shared<State>(std::move(*ring), options, clock));
  }
  Result<std::shared_ptr<State>, storage::Error> state = restore(options, clock);
  if (!state) return Unexpected{std::move(state.error())};
  return made(std::move(*state));
}

QueueManager::QueueManager(std::shared_ptr<State> state) : state_(std::move(state)) {}

QueueManager::~QueueManager() {
  state_->report_losses();
  state_->report_unclaimed(true);
}

Stored QueueManager::append(unsigned appender, const event::Event& event) {
  State& state = *state_;
  if (state.sync == storage::Sync::always && state.storage->failed()) return Stored::unable;
  const auto size_of_record = [&event] { return event_log::Record::size_for(event_log::Record::shape_of(event)); };
  bool clock_checked = false;
  for (bool evicted = false;;) {
    std::uint64_t& offset = state.last_appended[appender].offset;
    switch (state.log.append(appender, event, offset, clock_checked)) {
      case event_log::EventLog::Appended::stored_above_high_watermark:
        state.evict_if_due();
        [[fallthrough]];
      case event_log::EventLog::Appended::stored:
        if (state.flusher != nullptr) state.flusher->appended(offset + size_of_record());
        return state.sync == storage::Sync::always ? Stored::flushing : Stored::stored;
      case event_log::EventLog::Appended::clock_unchecked:
        if (state.clock_stepped()) state.check_clock_step();
        clock_checked = true;
        continue;
      case event_log::EventLog::Appended::beyond_reserved_end: {
        const std::uint64_t head = state.log.head();  // before the tail, which is never below it
        const std::uint64_t tail = state.log.tail();
        state.storage->raise_reserved_end(tail, std::min(tail + size_of_record(), head + state.log.capacity()),
                                          head + state.log.capacity(), state.log);
        continue;
      }
      case event_log::EventLog::Appended::no_room:
        break;
    }
    const std::uint64_t size = size_of_record();
    const std::uint64_t wanted = state.log.tail() + size;
    const bool fits = size <= state.log.capacity();
    if (evicted || !fits || !state.evict(wanted - std::min(wanted, state.log.capacity()))) {
      state.refused.fetch_add(1, std::memory_order_relaxed);
      return Stored::full;
    }
    evicted = true;
  }
}

void QueueManager::when_durable(unsigned appender, std::function<void(bool stored)> told) {
  state_->flusher->when_durable(state_->last_appended[appender].offset, std::move(told));
}

Result<Ticket, Refused> QueueManager::stand_in_line(std::string_view name) {
  State& state = *state_;
  const SteadyTime now = state.clock.steady();
  const std::int64_t now_ms = state.clock.unix_ms();
  bool is_new = false;
  bool is_kept = true;
  std::uint64_t waiting = 0;

  std::unique_lock lock(state.mutex);
  const auto refused = [&] { return state.table.unnamed() >= state.options.max_unnamed; };
  Scraper* scraper = state.table.find(name);
  if (scraper == nullptr) {
    if (refused()) return Unexpected{Refused::too_many_scrapers};
    state.catch_up(lock);  // lets go of the lock, so everything is looked up again
    scraper = state.table.find(name);
  }
  if (scraper == nullptr) {
    if (refused()) return Unexpected{Refused::too_many_scrapers};
    state.table.end_hold_if_due(now, state.options.startup_hold);
    scraper = &state.table.add(name, false, now);
    waiting = scraper->waiting(state.table.counted_end());
    is_kept = state.storage == nullptr || scraper->place().is_kept();
    is_new = true;
  }
  if (scraper->line.size() >= longest_line) return Unexpected{Refused::line_too_long};
  state.table.somebody_came();
  scraper->last_seen = now;
  scraper->last_scrape_unix_ms = now_ms;
  auto place = std::make_unique<Ticket::Place>(state_, state.table.all().find(name)->first, *scraper, ++state.tickets);
  scraper->line.push_back(place->number);
  lock.unlock();

  if (!is_kept)
    log::warn("the event log has no place for one more scraper: it will not be known after a restart",
              {{"scraper", name}, {"scrapers", storage::format::slot_count}});
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

bool QueueManager::explicit_timestamps() const noexcept { return state_->explicit_timestamps; }

std::size_t QueueManager::max_unnamed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->options.max_unnamed;
}

QueueStatistics QueueManager::statistics() const {
  State& state = *state_;
  const std::int64_t now_ms = state.clock.unix_ms();
  QueueStatistics statistics;
  std::unique_lock lock(state.mutex);
  state.catch_up(lock);
  const event_log::Offset end = state.table.counted_end();
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
    if (scraper.cursor().events < end.events) {
      std::uint64_t oldest = scraper.cursor().bytes;
      while (state.log.record_at(oldest).is_padding()) oldest += state.log.record_at(oldest).size();
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
  statistics.in_file = state.storage != nullptr;
  statistics.failed = unable_to_store();
  return statistics;
}

bool QueueManager::above_high_watermark() const noexcept {
  const std::uint64_t head = state_->log.head();  // before the tail, which is never below it
  return state_->log.above_high_watermark(state_->log.tail() - head);
}

bool QueueManager::unable_to_store() const noexcept { return state_->storage != nullptr && state_->storage->failed(); }

}  // namespace oneshot::queue
