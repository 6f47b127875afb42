// SPDX-License-Identifier: MIT
#include "queue/local/ledger/ledger.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace oneshot::queue {
namespace {

event_log::EventLog::Start start_of(const storage::Store& storage, std::uint64_t reserved_end, storage::Sync sync) {
  return {.begin = storage.found().begin,
          .end = storage.found().end,
          .salt = storage.salt(),
          .reserved_end = reserved_end,
          .only_durable = sync == storage::Sync::always,
          .in_flight = storage.in_flight()};
}

}  // namespace

Ledger::Ledger(event_log::Ring ring, const Options& given, const Clock& the_clock,
               const event_log::EventLog::Start& start)
    : clock(the_clock),
      explicit_timestamps(given.explicit_timestamps),
      log(std::move(ring), start, given.appenders, the_clock, given.explicit_timestamps),
      keys(given.storage.idempotency_keys),
      shares(given.appenders, log.capacity(), start.salt),
      numbers(the_clock.unix_ms()),
      table(losses, the_clock.steady()),
      options(given) {
  table.places().set_capacity(log.capacity());
}

Ledger::Ledger(std::unique_ptr<storage::Store> opened, std::uint64_t reserved_end, const Options& given,
               const Clock& the_clock)
    : clock(the_clock),
      explicit_timestamps(given.explicit_timestamps),
      storage(std::move(opened)),
      log(storage->take_ring(), start_of(*storage, reserved_end, given.storage.sync), given.appenders, the_clock,
          given.explicit_timestamps),
      keys(storage->key_table()),
      shares(given.appenders, log.capacity()),
      numbers(the_clock.unix_ms()),
      table(losses, the_clock.steady(), &storage->slots()),
      options(given) {
  table.places().set_capacity(log.capacity());
}

Ledger::~Ledger() {
  note_number();
  flusher.reset();
  if (storage == nullptr) return;
  storage->end(log.tail());
}

// One slot is enough, since a start goes on from the greatest. That of a scraper with a batch says the batch's.
void Ledger::note_number() {
  if (numbers.is_noted()) return;
  for (auto& [name, scraper] : table.all()) {
    if (!scraper.note_number(numbers.last())) continue;
    numbers.note();
    return;
  }
}

std::uint64_t Ledger::next_number(Scraper& scraper) {
  const std::uint64_t number = numbers.next();
  if (numbers.is_to_be_noted() && scraper.note_number(number)) numbers.note();
  return number;
}

std::uint64_t Ledger::number_of_batch(const Scraper& scraper) {
  const std::uint64_t number = numbers.next();
  if (scraper.slot().is_kept()) numbers.note();
  return number;
}

void Ledger::change(const Options& given, SteadyTime now) {
  options.max_unnamed = given.max_unnamed;
  options.history = given.history;
  options.history_bytes = given.history_bytes;
  options.forget_after = given.forget_after;
  options.idempotency = given.idempotency;
  options.startup_hold = given.startup_hold;
  options.max_events_per_scrape = given.max_events_per_scrape;
  options.max_scrape_bytes = given.max_scrape_bytes;
  options.names = given.names;
  options.confirmed = given.confirmed;
  log.set_oldest_sent(given.oldest_sent);
  table.hold().end_if_due(now, options.startup_hold);
  for (auto& [name, scraper] : table.all()) {
    const bool named = std::ranges::find(options.names, name) != options.names.end();
    if (scraper.named && !named) {
      scraper.last_seen = now;  // from now on it can be forgotten
      scraper.has_come_again = true;
    }
    scraper.named = named;
    if (named) scraper.displaced = false;
  }
  add_named(now);
}

void Ledger::add_named(SteadyTime now) {
  for (const std::string& name : options.names) {
    if (table.find(name) == nullptr) table.add(name, true, now);
  }
  for (auto& [name, scraper] : table.all()) scraper.confirmed = is_confirmed(name);
}

Scraper& Ledger::add(std::string_view name, SteadyTime now, std::optional<std::int64_t> since_unix_ms) {
  Scraper& scraper = table.add(name, false, now, since_unix_ms ? place_since(*since_unix_ms) : table.counted_end());
  scraper.confirmed = is_confirmed(name);
  return scraper;
}

bool Ledger::is_confirmed(std::string_view name) const noexcept {
  return std::ranges::find(options.confirmed, name) != options.confirmed.end();
}

std::uint64_t Ledger::readable_end() const noexcept { return std::max(log.published_end(), table.counted_end().bytes); }

void Ledger::catch_up(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t goal = readable_end();
  for (;;) {
    event_log::Offset at = table.counted_end();
    std::uint64_t steps = walk_step;
    log.walk(at, goal, [&](const event_log::Record&) {
      table.places().note(at);
      return steps-- == 0;
    });
    table.advance_counted_end(at);
    if (at.bytes >= goal) return;
    lock.unlock();
    lock.lock();
  }
}

// The clock may have been set meanwhile: then the nearest place that a search finds.
event_log::Offset Ledger::place_since(std::int64_t unix_ms) const noexcept {
  const event_log::Offset from = table.readable_from();
  const event_log::Offset& end = table.counted_end();
  event_log::Offset at = table.places().last_where(from, [&](const event_log::Offset& place) {
    return place.bytes < from.bytes || (place.events < end.events && first_stored_ms(place) < unix_ms);
  });
  log.walk(at, end.bytes, [&](const event_log::Record& record) {
    return !record.is_padding() && clock_steps.time_of(at.bytes, record.unix_ms) >= unix_ms;
  });
  return at;
}

std::int64_t Ledger::first_stored_ms(const event_log::Offset& place) const noexcept {
  std::uint64_t at = place.bytes;
  while (log.record_at(at).is_padding()) at += log.record_at(at).size();
  return clock_steps.time_of(at, log.record_at(at).unix_ms);
}

BatchSize Ledger::allowed() const noexcept {
  return {.events = options.max_events_per_scrape, .bytes = options.max_scrape_bytes};
}

Ranges Ledger::first_of(const Ranges& all, const BatchSize& most) const {
  Ranges first;
  BatchSize left{.events = most.events, .bytes = std::min(most.bytes, longest_span)};
  const std::uint64_t stop = all.begin().bytes + longest_span;
  for (const Range& range : all.all()) {
    const std::uint64_t bytes = range.end.bytes - range.begin.bytes;
    if (range.events() > left.events || bytes > left.bytes || range.end.bytes > stop) {
      if (left.events > 0 && range.begin.bytes < stop) add_first_of(range, left, first);
      break;
    }
    first.add(range);
    left = {.events = left.events - range.events(), .bytes = left.bytes - bytes};
  }
  return first;
}

// An event that is too large goes out alone.
void Ledger::add_first_of(const Range& range, const BatchSize& most, Ranges& first) const {
  event_log::Offset at = range.begin;
  const std::uint64_t events = std::min(most.events, walk_step);
  log.walk(at, range.end.bytes, [&](const event_log::Record& record) {
    const bool none_yet = first.empty() && at.events == range.begin.events;
    return at.events - range.begin.events >= events ||
           (!none_yet && at.bytes + record.size() - range.begin.bytes > most.bytes);
  });
  first.add({range.begin, at});
}

bool Ledger::walk_batch(event_log::Offset& at, const event_log::Offset& first, std::uint64_t end, const BatchSize& most,
                        std::uint64_t steps, const event_log::ClockSteps& times) const {
  const std::int64_t now_ms = clock.unix_ms();
  const auto too_early = [&](const event_log::Record& record) {
    return explicit_timestamps && !record.is_padding() && times.time_of(at.bytes, record.sample_unix_ms()) > now_ms;
  };
  const std::uint64_t bytes = std::min(most.bytes, longest_span);
  bool more = false;
  log.walk(at, std::min(end, first.bytes + longest_span), [&](const event_log::Record& record) {
    const std::uint64_t events = at.events - first.events;
    if (events >= most.events || too_early(record)) return true;
    if (events > 0 && at.bytes + record.size() - first.bytes > bytes) return true;
    more = steps == 0;
    if (!more) --steps;
    return more;
  });
  return !more;
}

Ledger::Another Ledger::another(const Scraper& scraper, std::uint64_t distance) const {
  Ranges below = scraper.aside();
  below.add(scraper.again());
  for (const Range& range : below.all()) {
    if (range.events() > distance) {
      const event_log::Offset begin = behind(range.begin, range.end.bytes, distance);
      const Range event{begin, behind(begin, range.end.bytes, 1)};
      return {scraper.aside().events_in(event) > 0 ? From::aside : From::again, Ranges(event)};
    }
    distance -= range.events();
  }
  const event_log::Offset begin = behind(scraper.cursor(), readable_end(), distance);
  const Range event{begin, behind(begin, readable_end(), 1)};
  const bool is_there = begin.events - scraper.cursor().events == distance && event.events() == 1;
  return {From::beyond, is_there ? Ranges(event) : Ranges()};
}

event_log::Offset Ledger::behind(event_log::Offset at, std::uint64_t end, std::uint64_t events) const {
  const event_log::Offset first = at;
  static_cast<void>(walk_batch(at, first, end, {.events = events, .bytes = longest_span}, walk_step, clock_steps));
  return at;
}

Ranges Ledger::peek(const Scraper& scraper) const {
  const BatchSize most = scraper.next_size(allowed());
  if (const Ranges& below = scraper.first_below(); !below.empty()) return first_of(below, most);
  Range range{.begin = scraper.cursor(), .end = scraper.cursor()};
  const std::uint64_t end = readable_end();
  static_cast<void>(walk_batch(range.end, range.begin, end, most, end - range.begin.bytes, clock_steps));
  return Ranges(range);
}

}  // namespace oneshot::queue
