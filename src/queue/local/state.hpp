// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "event_log/clock_steps.hpp"
#include "event_log/event_log.hpp"
#include "event_log/offset.hpp"
#include "event_log/ring.hpp"
#include "queue/local/delivery.hpp"
#include "queue/local/scraper_table.hpp"
#include "queue/queue_manager.hpp"
#include "storage/flusher.hpp"
#include "storage/store.hpp"

namespace oneshot::queue {

/// So many records are walked under the lock, or by one call of try_take, before others get a chance (some 50
/// µs).
inline constexpr std::uint64_t walk_step = 4096;

/// Where an appender's last event stands.
struct alignas(64) LastAppended {
  std::uint64_t offset = 0;
};

/// What the EmbeddedQueue, its tickets, readings and deliveries share. `log` may be used by any thread, except
/// that raising its gate takes the lock; below `mutex` everything is guarded by it. Lines are logged after
/// unlocking.
struct QueueManager::State {
  State(event_log::Ring ring, const Options& given, const Clock& the_clock);
  /// Goes on with what is in a file, see restore.cpp.
  State(std::unique_ptr<storage::Store> opened, std::uint64_t reserved_end, const Options& given,
        const Clock& the_clock);
  ~State();

  const Clock& clock;
  const bool drop_oldest;
  const bool explicit_timestamps;
  const storage::Sync sync;
  std::unique_ptr<storage::Store> storage;  // null in memory; so is the flusher
  event_log::EventLog log;
  std::vector<LastAppended> last_appended;            // by appender, each touched by its thread alone
  std::atomic<std::uint64_t> refused{0};              // events that found no room, not yet logged
  std::atomic<std::uint64_t> next_eviction_check{0};  // crowded appenders look for room when the tail gets here

  std::mutex mutex;
  ScraperTable table;
  Options options;  // of these the live ones change
  std::uint64_t tickets = 0;
  std::atomic<std::int64_t> wall_minus_monotonic;  // as of the last look; written under the lock
  event_log::ClockSteps clock_steps;
  std::uint64_t clock_noted_at = 0;  // the log's end when the storage was last told what the clock says
  std::uint64_t unclaimed_logged = 0;
  SteadyTime silent_about_unclaimed_until{};
  std::unique_ptr<storage::Flusher> flusher;  // goes first

  void add_named();
  void restore_times();
  /// The end of what may be read, for the holder of the lock: never below what was counted once.
  [[nodiscard]] std::uint64_t readable_end() const noexcept;
  /// Moves `mark` to `end`, over at most `events` in all counted from `first`, or, with explicit timestamps, up to one
  /// whose time is ahead of the clock: it has to wait. But over not more than `steps` records. False: there is more to
  /// walk.
  bool walk_batch(event_log::Offset& at, const event_log::Offset& first, std::uint64_t end, std::uint64_t events,
                  std::uint64_t steps, const event_log::ClockSteps& times) const;
  /// Moves the frontier to the end of the log as it stands now. Lets go of the lock between steps.
  void catch_up(std::unique_lock<std::mutex>& lock);

  /// The log gets full: see make_room.cpp. Without the lock. False: nothing to be had now.
  bool evict(std::uint64_t needed_head) noexcept;
  bool evict_locked(std::uint64_t needed_head) noexcept;
  /// In a crowded log, once for every 1/256 of it: looking costs a lock.
  void evict_if_due() noexcept;
  void advance_head_if_free() noexcept;

  /// The wall clock less the steady one: changes when somebody sets the clock.
  [[nodiscard]] std::int64_t wall_minus_monotonic_ms() const noexcept;
  /// By more than `clock_step_ms` since the last look. Any thread, without the lock.
  [[nodiscard]] bool clock_stepped() const noexcept;
  /// The parts of tick(), see housekeeping.cpp.
  void check_clock_step();
  void store_clock();
  void forget_scrapers();
  void give_memory_back();
  void report_losses();
  void report_unclaimed(bool at_once);
};

/// Guards a range of the log from being overwritten.
struct Reading::Lease {
  Lease(std::shared_ptr<QueueManager::State> of, ScraperTable::Leases::iterator where, event_log::Offset from,
        event_log::Offset to)
      : state(std::move(of)), place(where), begin(from), end(to), times(state->clock_steps) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  std::shared_ptr<QueueManager::State> state;
  ScraperTable::Leases::iterator place;
  event_log::Offset begin;
  event_log::Offset end;
  event_log::ClockSteps times;  // as they are when the lease is made, under the lock
};

/// A batch that was taken. The scraper outlives it: none is forgotten that has a batch.
struct Delivery::Batch {
  Batch(std::shared_ptr<QueueManager::State> of, std::string_view scraper_name, Scraper* taker, Reading reading_of,
        std::uint64_t events) noexcept
      : state(std::move(of)), name(scraper_name), scraper(taker), reading(std::move(reading_of)), count(events) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch();

  std::shared_ptr<QueueManager::State> state;
  std::string_view name;
  Scraper* scraper;  // nobody once the outcome is known; from the start for a batch without events
  Reading reading;
  std::uint64_t count;
};

/// A place in a scraper's line, which keeps the scraper from being forgotten until it is left.
struct Ticket::Place {
  Place(std::shared_ptr<QueueManager::State> of, std::string_view scraper_name, Scraper& taker,
        std::uint64_t ticket) noexcept
      : state(std::move(of)), name(scraper_name), scraper(&taker), number(ticket) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  std::shared_ptr<QueueManager::State> state;
  std::string_view name;
  Scraper* scraper;  // nobody once the batch was taken: then this place is no longer in line
  std::uint64_t number;
  std::optional<std::uint64_t> goal;  // the end of the log when its turn came: later events are for the next batch
  event_log::Offset from;             // the cursor that `walked` began at
  event_log::Offset walked;
};

}  // namespace oneshot::queue
