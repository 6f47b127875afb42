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
#include "queue/queue_manager.hpp"
#include "queue/state.hpp"

namespace oneshot::queue {
namespace {

/// Places in the log, with the numbers of events before them, which only a walk over all records tells. A place inside
/// of a record, where damage has brought it, becomes that record's begin.
class Marks {
 public:
  void want(std::uint64_t position) { places_.push_back({.wanted = position, .mark = {}}); }
  void number(const EventLog& log, std::uint64_t begin, std::uint64_t end) {
    std::ranges::sort(places_, {}, &Place::wanted);
    auto next = places_.begin();
    Mark at{.position = begin};
    while (at.position < end) {
      const Mark before = at;
      const RecordHeader& record = log.record_at(at.position);
      at.position += record.size();
      if (!record.is_void()) ++at.events;
      for (; next != places_.end() && next->wanted < at.position; ++next) next->mark = before;
    }
    for (; next != places_.end(); ++next) next->mark = at;
  }
  [[nodiscard]] Mark of(std::uint64_t wanted) const {
    const auto found = std::ranges::lower_bound(places_, wanted, {}, &Place::wanted);
    assert(found != places_.end() && found->wanted == wanted);
    return found->mark;
  }

 private:
  struct Place {
    std::uint64_t wanted;  // position
    Mark mark;
  };
  std::vector<Place> places_;
};

EventLog::Start start_of(const Storage& storage, std::uint64_t bound, Sync sync) {
  return {.begin = storage.found().begin,
          .end = storage.found().end,
          .salt = storage.salt(),
          .bound = bound,
          .only_safe = sync == Sync::always,
          .in_flight = storage.in_flight()};
}

std::uint64_t damaged_since(const Recovered& found, std::uint64_t position) {
  const auto first = std::ranges::upper_bound(found.damage, position, {}, &Recovered::Stretch::end);
  return static_cast<std::uint64_t>(found.damage.end() - first);
}

void report(const Storage& storage, std::uint64_t events) {
  const Recovered& found = storage.found();
  const char* const end = found.in_good_order ? "in good order" : found.power_lost ? "power lost" : "killed";
  if (storage.is_new()) return log::info("event log made", {{"path", storage.path()}, {"bytes", storage.capacity()}});
  log::info("event log opened",
            {{"path", storage.path()}, {"last_end", end}, {"events", events}, {"scrapers", found.scrapers.size()}});
  if (!found.damage.empty()) {
    std::uint64_t bytes = 0;
    for (const Recovered::Stretch& damage : found.damage) bytes += damage.end - damage.begin;
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

Result<std::shared_ptr<QueueManager::State>, StorageError> QueueManager::restore(const Options& options,
                                                                                 const Clock& clock) {
  if (options.names.size() + options.max_unnamed > storage_format::slot_count) {
    return Failure{StorageError{"scrapers.max and the number of scrapers.names are " +
                                    std::to_string(options.names.size() + options.max_unnamed) +
                                    " together; with storage.path at most " +
                                    std::to_string(storage_format::slot_count) + " scrapers can be kept",
                                true}};
  }
  auto storage = Storage::open(options.storage_path, options.capacity_bytes, clock.unix_ms());
  if (!storage) return Failure{std::move(storage.error())};
  auto bound = (*storage)->begin();
  if (!bound) return Failure{std::move(bound.error())};
  return std::make_shared<State>(std::move(*storage), *bound, options, clock);
}

QueueManager::State::State(std::unique_ptr<Storage> opened, std::uint64_t bound, const Options& given,
                           const Clock& the_clock)
    : clock(the_clock),
      drop_oldest(given.drop_oldest),
      explicit_timestamps(given.explicit_timestamps),
      sync(given.sync),
      storage(std::move(opened)),
      log(storage->take_ring(), start_of(*storage, bound, given.sync), given.appenders, the_clock,
          given.explicit_timestamps),
      last_appended(given.appenders),
      table(the_clock.steady(), &storage->slots()),
      options(given),
      clocks_apart_ms(how_far_clocks_are_apart()) {
  const Recovered& found = storage->found();
  const std::uint64_t hold = found.hold.value_or(found.end);
  Marks marks;
  marks.want(hold);
  marks.want(found.end);
  for (const ScraperSlots::Entry& scraper : found.scrapers) {
    marks.want(*scraper.cursor);
    if (scraper.batch) marks.want(scraper.batch->end);
  }
  marks.number(log, found.begin, found.end);

  table.restore(marks.of(found.end), marks.of(hold));
  for (const ScraperSlots::Entry& entry : found.scrapers) {
    const bool named = std::ranges::find(options.names, entry.name) != options.names.end();
    const Mark cursor = marks.of(*entry.cursor);
    const Mark sent = entry.batch ? marks.of(entry.batch->end) : cursor;
    Scraper& scraper =
        table.restore(entry.name, named, cursor, sent, clock.steady(), storage->slots().place(entry.number));
    scraper.dropped_damaged = damaged_since(found, cursor.position);
  }
  restore_times();
  report(*storage, marks.of(found.end).events);
  flusher = std::make_unique<Flusher>(*storage, log, sync);
  storage->slots().on_change([this] { flusher->changed(); });
  add_named();
}

// As watch_the_clock() would have done, had it been set back while the program ran.
void QueueManager::State::restore_times() {
  const Recovered& found = storage->found();
  if (!explicit_timestamps) return;
  clock_steps.restore(found.stretches);
  const std::int64_t back_ms = found.latest_unix_ms - clock.unix_ms();
  if (back_ms > clock_step_ms) {
    clock_steps.set_back(found.end, back_ms);
    storage->note_stretches(clock_steps.stretches());
    log::warn(
        "the clock was set back since the last end: events that wait take its time, and Prometheus refuses new ones of "
        "a "
        "series for which it has later ones",
        {{"seconds", static_cast<double>(back_ms) / 1000}});
  }
  storage->note_clock(clock.unix_ms());  // so that the next start does not find the same step again
  Mark at{.position = found.begin};
  log.walk(at, found.end, [&](const RecordHeader& record) {
    if (!record.is_void()) log.remember_time(record.series_hash, clock_steps.time_of(at.position, record.unix_ms));
    return false;
  });
}

}  // namespace oneshot::queue
