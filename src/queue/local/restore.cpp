// SPDX-License-Identifier: MIT
//
// How a log goes on with what a file holds: the records stay where they are; scrapers, the hold and the times of series
// are found again from them.
#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "queue/local/state.hpp"
#include "queue/queue_manager.hpp"

namespace oneshot::queue {
namespace {

/// Places in the log, with the numbers of events before them, which only a walk over all records tells. A place inside
/// of a record, where damage has brought it, becomes that record's begin.
class OffsetCounter {
 public:
  void want(std::uint64_t offset) { places_.push_back({.wanted = offset, .at = {}}); }
  void number(const event_log::EventLog& log, std::uint64_t begin, std::uint64_t end) {
    std::ranges::sort(places_, {}, &Place::wanted);
    auto next = places_.begin();
    event_log::Offset at{.bytes = begin};
    while (at.bytes < end) {
      const event_log::Offset before = at;
      const event_log::Record& record = log.record_at(at.bytes);
      at.bytes += record.size();
      if (!record.is_padding()) ++at.events;
      for (; next != places_.end() && next->wanted < at.bytes; ++next) next->at = before;
    }
    for (; next != places_.end(); ++next) next->at = at;
  }
  [[nodiscard]] event_log::Offset of(std::uint64_t wanted) const {
    const auto found = std::ranges::lower_bound(places_, wanted, {}, &Place::wanted);
    assert(found != places_.end() && found->wanted == wanted);
    return found->at;
  }

 private:
  struct Place {
    std::uint64_t wanted;  // offset
    event_log::Offset at;
  };
  std::vector<Place> places_;
};

event_log::EventLog::Start start_of(const storage::Store& storage, std::uint64_t reserved_end, storage::Sync sync) {
  return {.begin = storage.found().begin,
          .end = storage.found().end,
          .salt = storage.salt(),
          .reserved_end = reserved_end,
          .only_durable = sync == storage::Sync::always,
          .in_flight = storage.in_flight()};
}

std::uint64_t damaged_since(const storage::Recovered& found, std::uint64_t offset) {
  const auto first = std::ranges::upper_bound(found.damage, offset, {}, &storage::Recovered::Range::end);
  return static_cast<std::uint64_t>(found.damage.end() - first);
}

void report(const storage::Store& storage, std::uint64_t events) {
  const storage::Recovered& found = storage.found();
  const char* const end = found.in_good_order ? "in good order" : found.power_lost ? "power lost" : "killed";
  if (storage.is_new()) return log::info("event log made", {{"path", storage.path()}, {"bytes", storage.capacity()}});
  log::info("event log opened",
            {{"path", storage.path()}, {"last_end", end}, {"events", events}, {"scrapers", found.scrapers.size()}});
  if (!found.damage.empty()) {
    std::uint64_t bytes = 0;
    for (const storage::Recovered::Range& damage : found.damage) bytes += damage.end - damage.begin;
    log::warn("events lost: parts of the event log cannot be read",
              {{"path", storage.path()},
               {"reason", found.power_lost ? "damaged, or not flushed when the power was lost" : "damaged"},
               {"parts", found.damage.size()},
               {"bytes", bytes},
               {"first_position", found.damage.front().begin}});
  }
  if (!found.damaged_slots.empty()) {
    log::warn("scrapers lost: their entries in the event log are damaged, and they begin anew",
              {{"path", storage.path()}, {"scrapers", found.damaged_slots.size()}});
  }
  for (const std::string& name : found.damaged_cursors) {
    log::warn("where this scraper stood is damaged: it gets every event that is still in the event log, some again",
              {{"scraper", name}});
  }
}

}  // namespace

Result<std::shared_ptr<QueueManager::State>, storage::Error> QueueManager::restore(const Options& options,
                                                                                   const Clock& clock) {
  if (options.names.size() + options.max_unnamed > storage::format::slot_count) {
    return Unexpected{storage::Error{"scrapers.max and the number of scrapers.names are " +
                                         std::to_string(options.names.size() + options.max_unnamed) +
                                         " together; with storage.path at most " +
                                         std::to_string(storage::format::slot_count) + " scrapers can be kept",
                                     true}};
  }
  auto storage = storage::Store::open(options.storage.path, options.storage.capacity_bytes, clock.unix_ms());
  if (!storage) return Unexpected{std::move(storage.error())};
  auto reserved_end = (*storage)->begin();
  if (!reserved_end) return Unexpected{std::move(reserved_end.error())};
  return std::make_shared<State>(std::move(*storage), *reserved_end, options, clock);
}

QueueManager::State::State(std::unique_ptr<storage::Store> opened, std::uint64_t reserved_end, const Options& given,
                           const Clock& the_clock)
    : clock(the_clock),
      drop_oldest(given.when_full == WhenFull::drop_oldest),
      explicit_timestamps(given.explicit_timestamps),
      sync(given.storage.sync),
      storage(std::move(opened)),
      log(storage->take_ring(), start_of(*storage, reserved_end, given.storage.sync), given.appenders, the_clock,
          given.explicit_timestamps),
      last_appended(given.appenders),
      table(the_clock.steady(), &storage->slots()),
      options(given),
      wall_minus_monotonic(wall_minus_monotonic_ms()) {
  const storage::Recovered& found = storage->found();
  const std::uint64_t hold = found.hold.value_or(found.end);
  OffsetCounter offsets;
  offsets.want(hold);
  offsets.want(found.end);
  for (const storage::ScraperSlots::Entry& scraper : found.scrapers) {
    offsets.want(*scraper.cursor);
    if (scraper.batch) offsets.want(scraper.batch->end);
  }
  offsets.number(log, found.begin, found.end);

  table.restore(offsets.of(found.end), offsets.of(hold));
  for (const storage::ScraperSlots::Entry& entry : found.scrapers) {
    const bool named = std::ranges::find(options.names, entry.name) != options.names.end();
    const event_log::Offset cursor = offsets.of(*entry.cursor);
    const event_log::Offset sent = entry.batch ? offsets.of(entry.batch->end) : cursor;
    Scraper& scraper =
        table.restore(entry.name, named, cursor, sent, clock.steady(), storage->slots().place(entry.number));
    scraper.dropped_damaged = damaged_since(found, cursor.bytes);
  }
  restore_times();
  report(*storage, offsets.of(found.end).events);
  flusher = std::make_unique<storage::Flusher>(*storage, log, sync);
  storage->slots().on_change([this] { flusher->changed(); });
  add_named();
}

// As watch_the_clock() would have done, had it been set back while the program ran.
void QueueManager::State::restore_times() {
  const storage::Recovered& found = storage->found();
  if (!explicit_timestamps) return;
  clock_steps.restore(found.skew_ranges);
  const std::int64_t back_ms = found.latest_unix_ms - clock.unix_ms();
  if (back_ms > event_log::clock_step_ms) {
    clock_steps.set_back(found.end, back_ms);
    storage->note_skew_ranges(clock_steps.skew_ranges());
    log::warn(
        "the clock was set back since the last end: events that wait take its time, and Prometheus refuses new ones of "
        "a "
        "series for which it has later ones",
        {{"seconds", static_cast<double>(back_ms) / 1000}});
  }
  storage->note_clock(clock.unix_ms());  // so that the next start does not find the same step again
  event_log::Offset at{.bytes = found.begin};
  log.walk(at, found.end, [&](const event_log::Record& record) {
    if (!record.is_padding()) log.remember_time(record.series_hash, clock_steps.time_of(at.bytes, record.unix_ms));
    return false;
  });
}

}  // namespace oneshot::queue
