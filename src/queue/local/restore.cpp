// SPDX-License-Identifier: MIT
//
// How a log goes on with what a file holds: the records stay where they are; scrapers, the hold and the times of series
// are found again from them.
#include "queue/local/restore.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "queue/local/clock_watch.hpp"

namespace oneshot::queue {
namespace {

/// Places in the log, with the numbers of events before them, which only a walk over all records tells. A place inside
/// of a record, where damage has brought it, becomes that record's begin.
class OffsetCounter {
 public:
  void want(std::uint64_t offset) { places_.push_back({.wanted = offset, .at = {}}); }
  void number(const event_log::EventLog& log, std::uint64_t begin, std::uint64_t end, PlaceIndex& places) {
    std::ranges::sort(places_, {}, &Place::wanted);
    auto next = places_.begin();
    event_log::Offset at{.bytes = begin};
    while (at.bytes < end) {
      const event_log::Offset before = at;
      const event_log::Record& record = log.record_at(at.bytes);
      places.note(at);
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
  // What lies before everybody had.
  const auto first = std::ranges::upper_bound(found.damage, found.needed, {}, &storage::Recovered::Range::end);
  const std::span damage(first, found.damage.end());
  if (!damage.empty()) {
    std::uint64_t bytes = 0;
    for (const storage::Recovered::Range& one : damage) bytes += one.end - one.begin;
    log::warn("events lost: parts of the event log cannot be read",
              {{"path", storage.path()},
               {"reason", found.power_lost ? "damaged, or not flushed when the power was lost" : "damaged"},
               {"parts", damage.size()},
               {"bytes", bytes},
               {"first_position", damage.front().begin}});
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

/// The table as the program before left it: cursors, batches that are sent again, the startup hold.
void restore_table(Ledger& ledger) {
  const storage::Recovered& found = ledger.storage->found();
  const std::uint64_t hold = found.hold.value_or(found.end);
  OffsetCounter offsets;
  offsets.want(hold);
  offsets.want(found.end);
  for (const storage::ScraperSlots::Entry& scraper : found.scrapers) {
    offsets.want(*scraper.cursor);
    if (scraper.batch) offsets.want(scraper.batch->end);
    if (scraper.aside) {
      offsets.want(scraper.aside->begin);
      offsets.want(scraper.aside->end);
    }
  }
  offsets.number(ledger.log, found.begin, found.end, ledger.table.places());

  const SteadyTime now = ledger.clock.steady();
  ledger.table.restore(offsets.of(found.end), offsets.of(hold));
  ledger.table.history().restore({.bytes = found.begin});
  for (const storage::ScraperSlots::Entry& entry : found.scrapers) {
    const bool named = std::ranges::find(ledger.options.names, entry.name) != ledger.options.names.end();
    const event_log::Offset cursor = offsets.of(*entry.cursor);
    const event_log::Offset batch_end = entry.batch ? offsets.of(entry.batch->end) : cursor;
    const event_log::Offset& sent = event_log::later(cursor, batch_end);
    Scraper& scraper =
        ledger.table.restore(entry.name, named, cursor, sent, now, ledger.storage->slots().place(entry.number));
    scraper.first_offset = entry.begin;
    if (entry.aside) scraper.restore_aside({offsets.of(entry.aside->begin), offsets.of(entry.aside->end)});
    if (entry.batch_number) {
      ledger.numbers.restore(entry.batch_number->number);
      scraper.restore_number(entry.batch_number->number, entry.batch_number->calibrated);
    }
    const event_log::Offset aside_end = entry.aside ? offsets.of(entry.aside->end) : event_log::Offset{};
    if (entry.undecided) scraper.restore_batch(aside_end, batch_end, entry.batch_number->number);
    scraper.dropped_damaged = damaged_since(found, scraper.lowest_to_be_sent().bytes);
  }
}

}  // namespace

Result<std::shared_ptr<Ledger>, storage::Error> restore(const Options& options, const Clock& clock) {
  if (options.names.size() + options.max_unnamed > storage::format::slot_count) {
    return Unexpected{storage::Error{"scrapers.max and the number of scrapers.names are " +
                                         std::to_string(options.names.size() + options.max_unnamed) +
                                         " together; with storage.path at most " +
                                         std::to_string(storage::format::slot_count) + " scrapers can be kept",
                                     true}};
  }
  const storage::File::Sizes sizes{.capacity = options.storage.capacity_bytes,
                                   .key_table = storage::key_table_size(options.storage.idempotency_keys)};
  auto storage = storage::Store::open(options.storage.path, sizes, clock.unix_ms(), options.confirmed);
  if (!storage) return Unexpected{std::move(storage.error())};
  auto reserved_end = (*storage)->begin();
  if (!reserved_end) return Unexpected{std::move(reserved_end.error())};
  auto ledger = std::make_shared<Ledger>(std::move(*storage), *reserved_end, options, clock);
  restore_table(*ledger);
  ClockWatch::restore(*ledger);
  if (!ledger->storage->is_new()) {
    ledger->keys.restore(ledger->log, ledger->storage->found().begin, ledger->storage->found().end);
    ledger->storage->forget_table_pages();
  }
  report(*ledger->storage, ledger->table.counted_end().events);
  ledger->flusher = std::make_unique<storage::Flusher>(*ledger->storage, ledger->log, options.storage.sync);
  ledger->storage->slots().on_change([flusher = ledger->flusher.get()] { flusher->changed(); });
  return ledger;
}

}  // namespace oneshot::queue
