// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "event/event.hpp"
#include "event_log/new_records.hpp"
#include "queue/local/clock_watch.hpp"
#include "queue/local/keys/key_table.hpp"
#include "queue/local/ledger/ledger.hpp"
#include "queue/local/making_room/evictor.hpp"
#include "queue/options.hpp"
#include "queue/queue.hpp"

namespace oneshot::queue {

/// How events get into the log: one or many, with keys or without; what is to be done where there is no room; and who
/// is told when an event is durable. Any thread. The functions are those of Queue.
class Appending {
 public:
  /// Both outlive this.
  Appending(Ledger& ledger, ClockWatch& clock_watch, const Options& options);

  StoredOne append(Poster poster, const event::Event& event);
  StoredAll append_all(Poster poster, std::span<const event::Event> events);
  void when_durable(unsigned appender, std::function<void(const Durable&)> told);
  void change(const Options& options) noexcept;

 private:
  /// Where an appender's last event, or batch of events, stands.
  struct alignas(64) LastAppended {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  /// What is to be stored of a batch.
  struct Selection {
    std::vector<const event::Event*> events;
    std::vector<std::size_t> duplicates_at;
    std::vector<EventId> ids;                                  // of all, so far those of known duplicates
    std::vector<std::pair<std::size_t, std::size_t>> same_as;  // duplicates, and the event before with their key
    std::optional<StoredAll> refusal{};
  };

  [[nodiscard]] bool is_unable() const noexcept { return flushes_each_ && ledger_.storage->failed(); }
  [[nodiscard]] bool has_known_key(const event::Event& event) const noexcept {
    return event.key && !ledger_.keys.is_off();
  }
  /// Why this event is not to be stored under its key, if it is not.
  [[nodiscard]] std::optional<Stored> known_as(const KeyTable::Locked& keys, const event::Event& event) const;
  [[nodiscard]] std::optional<KeyTable::Locked> lock_keys_of(std::span<const event::Event> events);
  [[nodiscard]] Selection select(const std::optional<KeyTable::Locked>& keys,
                                 std::span<const event::Event> events) const;
  /// Of `records`, whose events are some of `events`.
  static StoredAll ahead_of_clock(const event_log::NewRecords& records, std::span<const event::Event> events);
  StoredOne store_one(Poster poster, const event::Event& event, KeyTable::Locked* keys);
  Stored store_all(Poster poster, event_log::NewRecords& records, std::optional<KeyTable::Locked>& keys);
  /// Tries until the log says yes or no; then `finish` is called, if it is yes. `size` is that of all records.
  template <class Size, class Try, class Finish>
  Stored store(std::uint64_t sender, Size size, Try try_to_append, Finish finish);
  /// Of the event that came first with this key, if it is still in the log.
  [[nodiscard]] EventId id_of_known(const KeyTable::Locked& keys, const event::IdempotencyKey& key) const;
  static void note_ids(const event_log::NewRecords& records, std::span<const event::Event> events,
                       Selection& selection);
  void note(KeyTable::Locked& keys, const event::Event& event, std::uint64_t series_hash, std::uint64_t offset) const;
  /// A clock that starts as the wall clock does and never steps, for the age of keys: a repeat that comes seconds after
  /// the wall clock was set a day ahead is a repeat all the same. A step while no server runs counts as time.
  [[nodiscard]] std::uint32_t key_seconds() const noexcept;
  /// False: there is no room for `size` bytes of this sender, and none to be made now.
  bool make_room(std::uint64_t sender, std::uint64_t size);
  void raise_reserved_end(std::uint64_t size);

  Ledger& ledger_;
  ClockWatch& clock_watch_;
  const bool flushes_each_;                     // Sync::always
  const SteadyTime::duration key_clock_ahead_;  // of the steady clock
  std::atomic<std::int64_t> key_lasts_seconds_;
  std::vector<LastAppended> last_appended_;  // by appender, each touched by its thread alone
  Evictor evictor_;
};

}  // namespace oneshot::queue
