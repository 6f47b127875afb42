// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "event/event.hpp"
#include "event_log/in_flight_word.hpp"
#include "event_log/new_records.hpp"
#include "event_log/offset.hpp"
#include "event_log/record.hpp"
#include "event_log/record_id.hpp"
#include "event_log/ring.hpp"
#include "event_log/stored_event.hpp"
#include "event_log/timestamps.hpp"

namespace oneshot::event_log {

/// The one place where events wait: a bounded ring of records that many threads append to without a lock. A reader must
/// keep the head below what it reads. event_log.cpp explains the protocol.
class EventLog {
 public:
  static constexpr std::uint64_t no_limit = std::numeric_limits<std::int64_t>::max();

  /// How a log begins that goes on with what a file holds; as it stands here, an empty one in memory.
  struct Start {
    std::uint64_t begin = 0;  ///< whole records lie from here ...
    std::uint64_t end = 0;    ///< ... to here
    std::uint64_t salt = 0;   ///< of the checksums and of the hashes of series; 0: no checksums, and random
    std::uint64_t reserved_end = no_limit;
    bool only_durable = false;            ///< records can be read once mark_durable() says so
    std::span<InFlightWord> in_flight{};  ///< in the file, at least one for each appender; empty: the log has its own
  };
  /// `explicit_timestamps`: the times of a series' samples are unique and ascend in the order of the log.
  EventLog(Ring ring, const Start& start, unsigned appenders, const Clock& clock, bool explicit_timestamps);

  enum class Appended : std::uint8_t {
    stored,
    stored_above_high_watermark,  ///< and more than 15/16 of the log are in use: make room in time
    no_room,
    beyond_reserved_end,  ///< raise the reserved end, and try again
    /// With ascending times: its series has had so many events that its time would be too far ahead of the clock.
    too_early,
    clock_unchecked,  ///< with ascending times: it may have been set since the last event; look, and say so next time
  };
  /// Lock-free. `appender` is the number of the calling thread, below what was given to the constructor. `id`
  /// becomes that of its record, if it is stored. Nobody sees an event with a key before publish(): until then the
  /// caller notes the key, so that no scraper has an event of which a start after a kill would not know the key.
  Appended append(unsigned appender, const event::Event& event, RecordId& id, bool clock_checked = false) noexcept;
  /// The same for many events, by one claim: all are stored, one behind the other, or none is. Each has its offset in
  /// `records` then. Nobody sees them before publish(). After a kill in between the first of them may be there.
  Appended append_all(unsigned appender, NewRecords& records, bool clock_checked = false) noexcept;
  /// After append() of an event with a key, and after append_all(), on the same thread.
  void publish(unsigned appender) noexcept;
  /// After `too_early`: which of them are, by their place in `records`, ascending.
  [[nodiscard]] static std::vector<std::size_t> too_early_in(const NewRecords& records);
  /// For append_all(); not empty. The events outlive what this returns.
  [[nodiscard]] NewRecords prepare(std::span<const event::Event* const> events) const;
  [[nodiscard]] std::uint64_t series_hash_of(const event::Event& event) const noexcept {
    return series_hash(event.metric, event.labels, seed_);
  }

  /// Everything before this is whole and may be read. May be lower than at an earlier call (a thread that is
  /// about to append holds it back for a moment); what was below it once stays readable.
  [[nodiscard]] std::uint64_t published_end() const noexcept {
    return std::min(whole_end(), durable_end_.load(std::memory_order_acquire));  // pairs with mark_durable()
  }
  /// Everything before this is whole, though perhaps not yet to be read.
  [[nodiscard]] std::uint64_t whole_end() const noexcept;
  /// With `only_durable`: everything before this is durable. One caller at a time, ascending.
  void mark_durable(std::uint64_t offset) noexcept { durable_end_.store(offset, std::memory_order_release); }
  /// Without `only_durable` all is.
  [[nodiscard]] bool is_durable(std::uint64_t offset) const noexcept {
    return offset < durable_end_.load(std::memory_order_acquire);
  }
  /// With `only_durable`: takes back the records of one claim, which are whole and will never be durable, all at once.
  void make_padding(std::uint64_t begin, std::uint64_t end) noexcept;

  /// No record ends beyond this. One caller at a time, ascending.
  [[nodiscard]] std::uint64_t reserved_end() const noexcept { return reserved_end_.load(std::memory_order_acquire); }
  void raise_reserved_end(std::uint64_t offset) noexcept;
  /// With ascending times, before the first append: a record that was there before has this time.
  void remember_time(std::uint64_t series_hash, std::int64_t unix_ms) noexcept {
    times_->remember(series_hash, unix_ms);
  }
  /// Likewise: of records before this time nobody knows any more which series they were of.
  void know_times_since(std::int64_t unix_ms) noexcept { times_->know_since(unix_ms); }
  /// With ascending times: a sender's time that is older is moved to this age. Any thread.
  void set_oldest_sent(std::chrono::milliseconds age) noexcept {
    if (times_ != nullptr) times_->set_oldest_sent(age);
  }
  /// Where the next record will begin.
  [[nodiscard]] std::uint64_t tail() const noexcept { return tail_.load(std::memory_order_relaxed); }
  /// The same, in one order with all claims and with whatever else is seq_cst.
  [[nodiscard]] std::uint64_t tail_in_order() const noexcept { return tail_.load(std::memory_order_seq_cst); }
  /// Everything before this may be overwritten.
  [[nodiscard]] std::uint64_t head() const noexcept { return head_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return ring_.capacity(); }
  [[nodiscard]] bool above_high_watermark(std::uint64_t used) const noexcept {
    return used > capacity() - capacity() / 16;
  }

  /// For readers: the record that begins here, at or above the head and below published_end().
  [[nodiscard]] const Record& record_at(std::uint64_t offset) const noexcept {
    return *std::launder(reinterpret_cast<const Record*>(ring_.at(offset)));
  }
  [[nodiscard]] StoredEvent event_at(std::uint64_t offset) const noexcept {
    const Record& record = record_at(offset);
    return {.offset = offset,
            .series_hash = record.series_hash,
            .labels = record.labels(),
            .value = record.value,
            .value_given = record.value_given(),
            .unix_ms = record.unix_ms,
            .out_of_order = record.is_out_of_order(),
            .metric = record.metric(),
            .sent_unix_ms = record.sent_unix_ms(),
            .key = record.key()};
  }
  /// The hash that a record of this series has.
  [[nodiscard]] std::uint64_t hash_of(std::string_view metric, std::string_view labels) const noexcept {
    return series_hash(metric, labels, seed_);
  }
  /// Moves `at` over the records below `end` and counts their events, until `stop` says so of the next
  /// record.
  template <std::predicate<const Record&> Stop>
  void walk(Offset& at, std::uint64_t end, Stop stop) const {
    while (at.bytes < end) {
      const Record& record = record_at(at.bytes);
      record.fetch_next_ones();
      if (stop(record)) return;
      if (!record.is_padding()) ++at.events;
      at.bytes += record.size();
    }
  }

  /// Lets appenders overwrite what is before `offset`. The head only rises. One caller at a time.
  void advance_head(std::uint64_t offset) noexcept;
  /// The same, but the memory goes back to the machine first: whole pages from the head to `offset`, a
  /// multiple of the page size.
  void advance_head_and_release_memory(std::uint64_t offset) noexcept;
  /// The memory of what lies before the head goes back to the machine: whole pages from `from` to `to`, but for those
  /// that were written again. For a log whose one appender is the caller.
  void release_memory(std::uint64_t from, std::uint64_t to) const noexcept;

  /// With ascending times; one caller at a time. The clock was set back by this much, or forward where it is negative:
  /// times follow it, and events of a series that had later ones are marked.
  struct Epoch {
    std::uint64_t begin;  ///< offset: from here on times are of the new epoch, below it perhaps not
    std::int64_t latest;  ///< of the times given so far
  };
  Epoch begin_epoch(std::int64_t back_ms);
  /// The clock says this now: whether events have to be marked is looked at again.
  void pass_time(std::int64_t now_ms) noexcept { times_->pass(now_ms); }

 private:
  static constexpr std::uint64_t idle = InFlightWord::idle;
  static constexpr std::size_t cache_line = 64;

  /// A place for one or many records.
  struct Claim {
    Appended result;
    std::uint64_t begin = 0;
  };
  template <class TakeTimes>
  Claim claim(std::atomic<std::uint64_t>& word, std::uint64_t size, TakeTimes take_times) noexcept;
  bool take_times(NewRecords& records, Timestamps::Now& now,
                  Timestamps::Bound bound = Timestamps::Bound::longest_ahead) const noexcept;
  /// When a record is written, and, with ascending times, the time that its sample gets.
  struct WriteTimes {
    std::int64_t now_ms;
    std::int64_t sample_ms;
  };
  /// Returns the record's tag.
  std::uint64_t write(std::uint64_t offset, const event::Event& event, std::uint32_t shape, std::uint64_t hash,
                      const WriteTimes& times) const noexcept;

  const Clock& clock_;
  Ring ring_;
  std::unique_ptr<Timestamps> times_;
  std::uint64_t written_next_;  // with a reserved end: the ring knows that what is from here to there is to be written
  std::vector<InFlightWord> own_in_flight_;
  std::span<InFlightWord> in_flight_;
  const std::uint64_t salt_;
  const Seed seed_;
  alignas(cache_line) std::atomic<std::uint64_t> tail_;
  alignas(cache_line) std::atomic<std::uint64_t> head_;
  std::atomic<std::uint64_t> reserved_end_;
  std::atomic<std::uint64_t> durable_end_;
};

}  // namespace oneshot::event_log
