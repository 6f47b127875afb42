// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "event_log/clock_steps.hpp"
#include "event_log/event_log.hpp"
#include "event_log/offset.hpp"
#include "event_log/ring.hpp"
#include "queue/local/keys/key_table.hpp"
#include "queue/local/ledger/batch_numbers.hpp"
#include "queue/local/ledger/line_budget.hpp"
#include "queue/local/ledger/room.hpp"
#include "queue/local/ledger/sender_memory.hpp"
#include "queue/local/ledger/shares.hpp"
#include "queue/local/scraper/losses.hpp"
#include "queue/local/scraper/scraper_table.hpp"
#include "queue/options.hpp"
#include "storage/flusher.hpp"
#include "storage/store.hpp"

namespace oneshot::queue {

/// So many records are walked under the lock, or by one step of a take, before others get a chance (some 50 µs).
inline constexpr std::uint64_t walk_step = 4096;

/// Bytes of the log that one batch may span, holes included: an EventRef counts units of 8 bytes, in 32 bits. The last
/// record begins before this, and a padding record is the longest there is.
inline constexpr std::uint64_t longest_span = std::uint64_t{0xFFFFFFFF} * 8 - event_log::Record::max_padding;

/// The event log and its scrapers: what an EmbeddedQueue, its batches and deliveries share, so that these may end in
/// any order. The log is lock-free and knows nothing of scrapers; the table of scrapers knows nothing of bytes; here
/// they meet. Any thread may use `log` and `senders`; what stands below `mutex` is guarded by it, and
/// `room` and `shares` say themselves what needs the lock. Nobody holds that lock while
/// reading events for a scrape, logging a line, or calling back.
struct Ledger {
  /// In memory. `start`: where the log goes on, if it is a copy of one.
  Ledger(event_log::Ring ring, const Options& given, const Clock& the_clock,
         const event_log::EventLog::Start& start = {});
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
  KeyTable keys;
  Room room;
  Shares shares;
  SenderMemory senders;
  std::atomic<double> sender_share{0};  // see Contents; as of the last look
  std::atomic<double> type_share{0};

  std::mutex mutex;
  Losses losses;
  LineBudget newcomer_lines;
  LineBudget failed_batch_lines;
  BatchNumbers numbers;
  ScraperTable table;
  Options options;  // as of the last change()
  event_log::ClockSteps clock_steps;
  std::unique_ptr<storage::Flusher> flusher;  // set once, before there is another thread

  /// Takes over the live ones; all events are counted.
  void change(const Options& given, SteadyTime now);
  /// Makes each of `options.names` known that is not yet, and looks who is asked what became of a batch.
  void add_named(SteadyTime now);
  /// Makes this one known, as an unnamed scraper. `since`: it begins with what was stored then, as far as there is.
  Scraper& add(std::string_view name, SteadyTime now, std::optional<std::int64_t> since_unix_ms = std::nullopt);
  /// Where the oldest readable event stands that was stored then or later; the counted end where none was. Walks some
  /// thousands of records at most, where all are counted.
  [[nodiscard]] event_log::Offset place_since(std::int64_t unix_ms) const noexcept;
  /// For an exposition of this scraper, with or without events.
  [[nodiscard]] std::uint64_t next_number(Scraper& scraper);
  /// For a batch, with which the scraper notes it in the file.
  [[nodiscard]] std::uint64_t number_of_batch(const Scraper& scraper);
  /// What is kept for revoked proofs holds at most a quarter of the log.
  void bound_kept() noexcept { table.bound_kept(log.capacity() / 4); }
  /// The last number is in the file, if there is one and a place for it.
  void note_number();
  /// The end of what may be read: never below what was counted once.
  [[nodiscard]] std::uint64_t readable_end() const noexcept;
  /// Above it old events make room in time. Any thread.
  [[nodiscard]] bool is_above_high_watermark() const noexcept {
    const std::uint64_t head = log.head();  // before the tail, which is never below it
    return log.above_high_watermark(log.tail() - head);
  }
  /// Moves the counted end to the end of the log as it stands now. Lets go of the lock between steps.
  void catch_up(std::unique_lock<std::mutex>& lock);
  /// When the first event at or behind `place` was stored; there is one.
  [[nodiscard]] std::int64_t first_stored_ms(const event_log::Offset& place) const noexcept;
  /// How much a batch may hold, where none has failed.
  [[nodiscard]] BatchSize allowed() const noexcept;
  /// The first of these, at most so much; some thousands at most where a range has to be cut, since that takes a walk.
  [[nodiscard]] Ranges first_of(const Ranges& all, const BatchSize& most) const;
  /// Moves `at` to `end`, over at most so much in all counted from `first`, but one event at least, or, with explicit
  /// timestamps, up to one whose time is ahead of the clock, which has to wait; and now over not more than `steps`
  /// records. False: there is more to walk. Without the lock too, where `times` is a copy and the range cannot be
  /// overwritten.
  [[nodiscard]] bool walk_batch(event_log::Offset& at, const event_log::Offset& first, std::uint64_t end,
                                const BatchSize& most, std::uint64_t steps, const event_log::ClockSteps& times) const;
  /// What a batch of this scraper would hold, had it none on its way: for a look. Walks over all of it.
  [[nodiscard]] Ranges peek(const Scraper& scraper) const;
  /// The event that goes out to this scraper so many places behind its next one, at most some hundreds, and where it
  /// stands; none where there are not so many, or its time is ahead. Changes nothing.
  struct Another {
    From from = From::beyond;
    Ranges event;
  };
  [[nodiscard]] Another another(const Scraper& scraper, std::uint64_t distance) const;

 private:
  void add_first_of(const Range& range, const BatchSize& most, Ranges& first) const;
  [[nodiscard]] event_log::Offset behind(event_log::Offset at, std::uint64_t end, std::uint64_t events) const;
  [[nodiscard]] bool is_confirmed(std::string_view name) const noexcept;
};

}  // namespace oneshot::queue
