// SPDX-License-Identifier: MIT
//
// An event with a key: under the lock of the key's part of the table the key is looked for, the record is written, the
// key is noted, and only then can anybody see the record. So at each moment either the log alone knows the key, and the
// event waits for all scrapers, or the table does too; a start after a kill looks in both. The other order, the key
// first, loses the event of a kill between the two: its repeat would be taken for a duplicate.
#include "queue/local/appending.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/hash.hpp"
#include "event_log/record.hpp"

namespace oneshot::queue {
namespace {

using Appended = event_log::EventLog::Appended;

/// Keys are SHA-256 of what clients choose, who can try many.
struct HashOfKey {
  std::size_t operator()(const event::IdempotencyKey& key) const noexcept {
    static const Seed seed = random_seed();
    const std::array<std::uint64_t, 2> whole{key.high, key.low};
    return hash_bytes({reinterpret_cast<const char*>(whole.data()), sizeof whole}, seed);
  }
};

std::int64_t seconds_of(const Options& options) noexcept {
  return std::chrono::duration_cast<std::chrono::seconds>(options.idempotency).count();
}

}  // namespace

Appending::Appending(Ledger& ledger, ClockWatch& clock_watch, const Options& options)
    : ledger_(ledger),
      clock_watch_(clock_watch),
      flushes_each_(ledger_.storage != nullptr && options.storage.sync == storage::Sync::always),
      key_clock_ahead_(std::chrono::milliseconds(std::max<std::int64_t>(ledger.clock.unix_ms(), 0)) -
                       ledger.clock.coarse_steady().time_since_epoch()),
      key_lasts_seconds_(seconds_of(options)),
      last_appended_(options.appenders),
      evictor_(ledger_, options.when_full == WhenFull::drop_oldest) {}

void Appending::change(const Options& options) noexcept {
  key_lasts_seconds_.store(seconds_of(options), std::memory_order_relaxed);
}

StoredOne Appending::append(Poster poster, const event::Event& event) {
  if (is_unable()) return Stored::unable;
  if (!has_known_key(event)) return store_one(poster, event, nullptr);
  KeyTable::Locked keys = ledger_.keys.lock(KeyTable::bit_of(*event.key));
  if (const std::optional<Stored> known = known_as(keys, event))
    return {*known, *known == Stored::duplicate ? id_of_known(keys, *event.key) : EventId{}};
  return store_one(poster, event, &keys);
}

StoredAll Appending::append_all(Poster poster, std::span<const event::Event> events) {
  if (is_unable()) return {.what = Stored::unable};
  std::optional<KeyTable::Locked> keys = lock_keys_of(events);
  Selection selection = select(keys, events);
  if (selection.refusal) return *selection.refusal;
  StoredAll result{.what = Stored::stored,
                   .stored = selection.events.size(),
                   .duplicates = selection.duplicates_at.size(),
                   .duplicates_at = std::move(selection.duplicates_at)};
  if (result.stored > 0) {
    event_log::NewRecords records = ledger_.log.prepare(selection.events);
    result.what = store_all(poster, records, keys);
    if (result.what == Stored::ahead_of_clock) return ahead_of_clock(records, events);
    if (result.what == Stored::full || result.what == Stored::over_share) return {.what = result.what};
    note_ids(records, events, selection);
  }
  result.ids = std::move(selection.ids);
  return result;
}

void Appending::note_ids(const event_log::NewRecords& records, std::span<const event::Event> events,
                         Selection& selection) {
  for (const event_log::NewRecords::One& one : records.all)
    selection.ids[static_cast<std::size_t>(one.event - events.data())] = EventId::of(one.id);
  for (const auto& [duplicate, first] : selection.same_as) selection.ids[duplicate] = selection.ids[first];
}

StoredAll Appending::ahead_of_clock(const event_log::NewRecords& records, std::span<const event::Event> events) {
  StoredAll result{.what = Stored::ahead_of_clock, .ahead_of_clock_at = event_log::EventLog::too_early_in(records)};
  for (std::size_t& at : result.ahead_of_clock_at) at = static_cast<std::size_t>(records.all[at].event - events.data());
  result.at = result.ahead_of_clock_at.front();
  return result;
}

std::optional<KeyTable::Locked> Appending::lock_keys_of(std::span<const event::Event> events) {
  std::uint32_t parts = 0;
  for (const event::Event& event : events)
    if (has_known_key(event)) parts |= KeyTable::bit_of(*event.key);
  if (parts == 0) return std::nullopt;
  return ledger_.keys.lock(parts);
}

/// Of two equal events under one key the second is a duplicate.
Appending::Selection Appending::select(const std::optional<KeyTable::Locked>& keys,
                                       std::span<const event::Event> events) const {
  Selection selection;
  selection.events.reserve(events.size());
  selection.ids.resize(events.size());
  std::unordered_map<event::IdempotencyKey, const event::Event*, HashOfKey> here;
  const auto print = [this](const event::Event& one) {
    return fingerprint(ledger_.log.series_hash_of(one), one.value);
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const event::Event& event = events[i];
    std::optional<Stored> known;
    if (has_known_key(event)) {
      known = known_as(*keys, event);
      if (known == Stored::duplicate) selection.ids[i] = id_of_known(*keys, *event.key);
      const auto [first, is_new] = here.try_emplace(*event.key, &event);
      if (!known && !is_new) {
        known = print(*first->second) == print(event) ? Stored::duplicate : Stored::key_reused;
        selection.same_as.emplace_back(i, static_cast<std::size_t>(first->second - events.data()));
      }
    }
    if (known && *known != Stored::duplicate) {
      selection.refusal = StoredAll{.what = *known, .at = i};
      return selection;
    }
    known ? selection.duplicates_at.push_back(i) : selection.events.push_back(&event);
  }
  return selection;
}

std::uint32_t Appending::key_seconds() const noexcept {
  return static_cast<std::uint32_t>((ledger_.clock.coarse_steady().time_since_epoch() + key_clock_ahead_) /
                                    std::chrono::seconds(1));
}

std::optional<Stored> Appending::known_as(const KeyTable::Locked& keys, const event::Event& event) const {
  const storage::KeyEntry* const entry = keys.find(*event.key);
  if (entry == nullptr) return std::nullopt;
  const std::int64_t age = std::int64_t{key_seconds()} - entry->unix_seconds;
  if (age >= key_lasts_seconds_.load(std::memory_order_relaxed)) return std::nullopt;
  if (entry->fingerprint != fingerprint(ledger_.log.series_hash_of(event), event.value)) return Stored::key_reused;
  // Its flush may yet fail, and then the event was never stored.
  return ledger_.log.is_durable(entry->offset) ? Stored::duplicate : Stored::key_in_flight;
}

// The record stays there while we have the lock. Only a repeated POST gets here.
EventId Appending::id_of_known(const KeyTable::Locked& keys, const event::IdempotencyKey& key) const {
  const std::uint64_t offset = keys.find(key)->offset;
  const std::lock_guard lock(ledger_.mutex);
  if (offset < ledger_.log.head() || offset >= ledger_.readable_end()) return {};
  const event_log::Record& record = ledger_.log.record_at(offset);
  if (record.is_padding() || record.key() != key) return {};
  return EventId::of({.offset = offset, .tag = record.tag()});
}

void Appending::note(KeyTable::Locked& keys, const event::Event& event, std::uint64_t series_hash,
                     std::uint64_t offset) const {
  keys.note({.key = *event.key,
             .offset = offset,
             .fingerprint = fingerprint(series_hash, event.value),
             .unix_seconds = key_seconds()});
}

StoredOne Appending::store_one(Poster poster, const event::Event& event, KeyTable::Locked* keys) {
  event_log::EventLog& log = ledger_.log;
  const unsigned appender = poster.appender;
  event_log::RecordId id;
  const auto size = [&event] { return event_log::Record::size_for(event_log::Record::shape_of(event)); };
  const Stored what = store(
      poster.sender, size, [&](bool clock_checked) { return log.append(appender, event, id, clock_checked); },
      [&] {
        if (keys != nullptr) note(*keys, event, log.series_hash_of(event), id.offset);
        if (event.key) log.publish(appender);
        ledger_.shares.add(appender, poster.sender, id.offset, size());
        if (ledger_.flusher == nullptr) return;
        last_appended_[appender] = {.begin = id.offset, .end = id.offset + size()};
        ledger_.flusher->appended(id.offset + size());
      });
  return {what, EventId::of(id)};
}

Stored Appending::store_all(Poster poster, event_log::NewRecords& records, std::optional<KeyTable::Locked>& keys) {
  event_log::EventLog& log = ledger_.log;
  const unsigned appender = poster.appender;
  // A batch whose flush fails becomes one padding record.
  if (records.size > event_log::Record::max_padding) return Stored::full;
  return store(
      poster.sender, [&] { return records.size; },
      [&](bool clock_checked) { return log.append_all(appender, records, clock_checked); },
      [&] {
        for (const event_log::NewRecords::One& one : records.all)
          if (keys && one.event->key) note(*keys, *one.event, one.series_hash, one.id.offset);
        log.publish(appender);
        for (const event_log::NewRecords::One& one : records.all)
          ledger_.shares.add(appender, poster.sender, one.id.offset, event_log::Record::size_for(one.shape));
        last_appended_[appender] = {.begin = records.begin(), .end = records.end()};
        if (ledger_.flusher != nullptr) ledger_.flusher->appended(records.end());
      });
}

template <class Size, class Try, class Finish>
Stored Appending::store(std::uint64_t sender, Size size, Try try_to_append, Finish finish) {
  if (evictor_.refuses(sender)) [[unlikely]] {
    ledger_.losses.count_refused();
    return Stored::over_share;
  }
  bool clock_checked = false;
  for (bool evicted = false;;) {
    switch (const Appended appended = try_to_append(clock_checked)) {
      case Appended::stored_above_high_watermark:
      case Appended::stored:
        finish();
        if (appended == Appended::stored_above_high_watermark) evictor_.evict_if_due(sender);
        return flushes_each_ ? Stored::flushing : Stored::stored;
      case Appended::clock_unchecked:
        if (clock_watch_.stepped()) clock_watch_.check();
        clock_checked = true;
        continue;
      case Appended::too_early:
        return Stored::ahead_of_clock;
      case Appended::beyond_reserved_end:
        raise_reserved_end(size());
        continue;
      case Appended::no_room:
        break;
    }
    if (evicted || !make_room(sender, size())) {
      ledger_.losses.count_refused();
      return evictor_.refuses(sender) ? Stored::over_share : Stored::full;
    }
    evicted = true;
  }
}

bool Appending::make_room(std::uint64_t sender, std::uint64_t size) {
  const event_log::EventLog& log = ledger_.log;
  const std::uint64_t wanted = log.tail() + size;
  return size <= log.capacity() && evictor_.evict(wanted - std::min(wanted, log.capacity()), sender, size);
}

void Appending::raise_reserved_end(std::uint64_t size) {
  event_log::EventLog& log = ledger_.log;
  const std::uint64_t head = log.head();  // before the tail, which is never below it
  const std::uint64_t tail = log.tail();
  const std::uint64_t most = head + log.capacity();
  ledger_.storage->raise_reserved_end(tail, std::min(tail + size, most), most, log);
}

void Appending::when_durable(unsigned appender, std::function<void(const Durable&)> told) {
  const LastAppended& place = last_appended_[appender];
  ledger_.flusher->when_durable(place.begin, place.end, [told = std::move(told)](bool durable) {
    told({.what = durable ? Stored::stored : Stored::unable});
  });
}

}  // namespace oneshot::queue
