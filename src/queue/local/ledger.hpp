// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "event_log/clock_steps.hpp"
#include "event_log/event_log.hpp"
#include "event_log/offset.hpp"
#include "event_log/ring.hpp"
#include "queue/local/losses.hpp"
#include "queue/local/scraper_table.hpp"
#include "queue/options.hpp"
#include "storage/flusher.hpp"
#include "storage/store.hpp"

namespace oneshot::queue {

/// So many records are walked under the lock, or by one step of a take, before others get a chance (some 50 µs).
inline constexpr std::uint64_t walk_step = 4096;

/// Bytes of the log that one batch may span, holes included: an EventRef counts units of 8 bytes, in 32 bits.
inline constexpr std::uint64_t longest_batch = std::uint64_t{0xFFFFFFFF} * 8;

/// The event log and its scrapers: what an EmbeddedQueue, its batches and deliveries share, so that these may end in
/// any order. The log is lock-free and knows nothing of scrapers; the table of scrapers knows nothing of bytes; here
/// they meet. Any thread may use `log`; what stands below `mutex` is guarded by it. Nobody holds that lock while
/// reading events for a scrape, logging a line, or calling back.
struct Ledger {
  /// In memory.
  Ledger(event_log::Ring ring, const Options& given, const Clock& the_clock);
  /// With what is in a file, see restore.hpp. The storage is in use, and its reserved end is `reserved_end`.
  Ledger(std::unique_ptr<storage::Store> opened, std::uint64_t reserved_end, const Options& given,
         const Clock& the_clock);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  /// Makes durable what a file holds.
  ~Ledger();

  const Clock& clock;
  const bool explicit_timestamps;
  std::unique_ptr<storage::Store> storage;  // null in memory; so is the flusher
  event_log::EventLog log;

  std::mutex mutex;
  Losses losses;
  ScraperTable table;
  Options options;  // as of the last change()
  event_log::ClockSteps clock_steps;
  std::unique_ptr<storage::Flusher> flusher;  // set once, before there is another thread

  /// Makes each of `options.names` known that is not yet.
  void add_named(SteadyTime now);
  /// The end of what may be read: never below what was counted once.
  [[nodiscard]] std::uint64_t readable_end() const noexcept;
  /// Moves the counted end to the end of the log as it stands now. Lets go of the lock between steps.
  void catch_up(std::unique_lock<std::mutex>& lock);
  /// Moves `at` to `end`, over at most `events` in all counted from `first`, or, with explicit timestamps, up to one
  /// whose time is ahead of the clock, which has to wait; in all over at most `longest_batch` bytes, and now over not
  /// more than `steps` records. False: there is more to walk. Without the lock too, where `times` is a copy and the
  /// range cannot be overwritten.
  [[nodiscard]] bool walk_batch(event_log::Offset& at, const event_log::Offset& first, std::uint64_t end,
                                std::uint64_t events, std::uint64_t steps, const event_log::ClockSteps& times) const;
};

}  // namespace oneshot::queue
