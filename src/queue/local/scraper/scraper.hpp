// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "delivery/outcome.hpp"
#include "delivery/transfer.hpp"
#include "event_log/offset.hpp"
#include "queue/batch_record.hpp"
#include "queue/local/scraper/batch_limit.hpp"
#include "queue/local/scraper/kept_range.hpp"
#include "queue/local/scraper/past_batches.hpp"
#include "queue/local/scraper/ranges.hpp"
#include "queue/local/scraper/suspicion.hpp"
#include "queue/local/scraper/wait_queue.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::queue {

/// Where the events of a batch stood.
enum class From : std::uint8_t {
  cursor,  ///< right behind the cursor
  aside,   ///< set aside, below the cursor: not delivered yet
  again,   ///< below the cursor: delivered once, and to be sent again
  beyond,  ///< behind others that stand at the cursor
};

/// What became of the events of a batch.
enum class Fate : std::uint8_t {
  delivered,
  to_be_sent_again,
  given_up,  ///< counts as delivered, see Suspicion::Verdict::unread
  refused,   ///< dropped, see Suspicion
};

/// What an event in the log is to a scraper.
enum class Standing : std::uint8_t {
  waiting,
  in_flight,
  past,  ///< delivered, dropped, or from before the scraper came
};

/// What is known of one scraper: its cursor, the batch that is on its way to it, what waits below the cursor, which
/// scrapes wait for the next batch. Guarded by the lock of the table that it is in.
///
/// The sum that always holds: delivered + dropped_full + dropped_damaged + dropped_refused + dropped_skipped +
/// in_flight + waiting is the number of events since the scraper was registered, of those that wait to be sent again,
/// or are, and of those replayed; except that events of a batch in flight may be evicted (see there).
class Scraper {
 public:
  /// `slot`: where its cursor and batch are kept for the next program, if anywhere.
  Scraper(bool is_named, event_log::Offset start, SteadyTime now, storage::SlotHandle slot = {})
      : named(is_named), last_seen(now), first_seen(now), first_offset(start.bytes), cursor_(start), slot_(slot) {}

  /// Nothing of it is on its way, and nobody waits for it.
  [[nodiscard]] bool is_idle() const noexcept { return !batch_taken_ && wait_queue.empty() && kept_.empty(); }
  /// The same, but for this place in the wait queue.
  [[nodiscard]] bool is_left_to(std::uint64_t number) const noexcept {
    return !batch_taken_ && wait_queue.is_only(number) && kept_.empty();
  }
  /// Everything before it was delivered, or is lost, or is set aside.
  [[nodiscard]] const event_log::Offset& cursor() const noexcept { return cursor_; }
  /// Below the cursor, and not delivered.
  [[nodiscard]] const Ranges& aside() const noexcept { return aside_; }
  /// Below the cursor, delivered once, and to be sent again.
  [[nodiscard]] const Ranges& again() const noexcept { return again_; }
  /// The number of events before the one that goes out next.
  [[nodiscard]] std::uint64_t next_event() const noexcept;
  /// Of these two the one that goes out first; empty if both are. What waits below the cursor is older than the rest.
  [[nodiscard]] const Ranges& first_below() const noexcept;
  /// The oldest place of an event that is to be sent, and the oldest one that is kept at all.
  [[nodiscard]] const event_log::Offset& lowest_to_be_sent() const noexcept;
  [[nodiscard]] const event_log::Offset& lowest_needed() const noexcept;
  /// Events that are in no batch, where the log ends at `end`.
  [[nodiscard]] std::uint64_t waiting(const event_log::Offset& end) const noexcept;
  /// Events of the batch on its way.
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return batch_taken_ ? batch_events_ : 0; }
  [[nodiscard]] bool batch_taken() const noexcept { return batch_taken_; }
  /// Of the batch that was taken last.
  [[nodiscard]] std::uint64_t batch_number() const noexcept { return batch_number_; }

  /// Takes the events from the cursor to `end`, at least one; what of it was sent before counts as
  /// redelivered.
  void take(const event_log::Offset& end, std::uint64_t number = 0);
  /// Takes these, which are set aside, or to be sent again, or stand behind others that are passed over for now.
  void take(From from, Ranges events, std::uint64_t number);
  /// How much the next batch may hold, where every batch may hold `allowed`.
  [[nodiscard]] BatchSize next_size(const BatchSize& allowed) const noexcept;
  /// How many places behind the next event the one stands that is to be tried, alone, in its place; 0: it goes out.
  [[nodiscard]] std::uint64_t distance_of_another() const noexcept;
  /// There is none so far behind.
  void no_other_there() noexcept { suspicion_.none_there(); }
  /// The kernel has all of the batch, and will send it whatever becomes of this program.
  void handed_over() noexcept;
  /// Events before this are sent again if they are: a program before this one had them in flight.
  void restore_sent(const event_log::Offset& end) { sent_.add({cursor_, end}); }
  /// A program before this one had not got them delivered when it set the cursor beyond.
  void restore_aside(const Range& range);
  /// A program before this one had this batch out, and nobody knows what became of it.
  /// `aside_end`: of what was set aside then, if anything was.
  void restore_batch(const event_log::Offset& aside_end, const event_log::Offset& end, std::uint64_t number);
  /// There are no events from the cursor to here, only padding records.
  void pass_over(const event_log::Offset& end) noexcept;
  struct Settling {
    bool explicit_timestamps = false;
    BatchSize allowed;  ///< for every batch
    SteadyTime now;
    std::int64_t now_unix_ms = 0;
  };
  /// The batch's outcome.
  Fate settle(delivery::Outcome outcome, const Settling& settling);
  /// The batch was never sent: as if it had not been taken.
  void put_back();
  /// Nobody is there to tell the outcome; the batch stays out until somebody is.
  void leave_out() noexcept { left_out_ = true; }
  /// Somebody is there for the batch that was left out. False: none was.
  bool resume() noexcept { return std::exchange(left_out_, false); }
  /// The log overwrites what is before `target`: moves the cursor up to it. What of it is in a sent batch
  /// counts as dropped only when its receipt says that it was not delivered.
  void evict_before(const event_log::Offset& target) noexcept;

  /// What the event whose record begins at `offset` is to this scraper.
  [[nodiscard]] Standing standing_of(std::uint64_t offset) const noexcept;
  /// The cursor goes back to `to`, which the log still has: what lies between goes out again, in its order. Returns how
  /// many of these events were delivered, or lost, before. Nothing is in flight. As skip_to().
  std::uint64_t go_back_to(const event_log::Offset& to);
  /// What waits up to `end` is dropped. Returns how many events were; of those that had been delivered once none.
  std::uint64_t skip_to(const event_log::Offset& end, std::int64_t now_unix_ms);

  /// The events of the batch on its way.
  [[nodiscard]] Ranges batch() const;
  /// Some of them have made room in the log meanwhile.
  [[nodiscard]] bool batch_evicted() const noexcept;
  /// What is kept, oldest first, of batches that may yet be sent again. The list's nodes never move.
  [[nodiscard]] std::list<KeptRange>& kept() noexcept { return kept_; }
  [[nodiscard]] const std::list<KeptRange>& kept() const noexcept { return kept_; }
  /// These events, which were delivered, go out again.
  void send_again(const Ranges& events);
  /// What is kept below this offset is kept no more.
  void let_go_of_kept(std::uint64_t offset) noexcept;
  /// What is kept below `target`, and what is to be sent again there, makes room.
  void yield_kept(const event_log::Offset& target) noexcept;

  /// False: the file says the number of the batch that is out, or the scraper has no slot.
  bool note_number(std::uint64_t number) noexcept;
  [[nodiscard]] bool calibrated() const noexcept { return calibrated_; }
  void set_calibrated(bool calibrated) noexcept;
  void restore_number(std::uint64_t number, bool calibrated) noexcept;

  [[nodiscard]] const storage::SlotHandle& slot() const noexcept { return slot_; }

  bool named;              ///< never forgotten
  bool confirmed = false;  ///< asked what became of its batches, see Options::confirmed
  SteadyTime last_seen;    ///< when it last asked for something
  SteadyTime first_seen;
  std::uint64_t first_offset;          ///< offset of the first event that it could have got; 0: not known
  std::uint64_t origin = 0;            ///< from where it came first, see Newcomers
  std::uint64_t came_at = 0;           ///< where the log ended then
  bool has_come_again = false;         ///< a while after it came first, or it was known to the program before
  std::uint16_t scrapes_in_a_row = 1;  ///< until it got its place, see DisplacedNames
  bool displaced = false;              ///< has lost its place, and goes once nothing of it is on its way
  /// See Newcomers.
  [[nodiscard]] bool has_earned_its_place() const noexcept { return named || has_come_again; }
  std::int64_t last_scrape_unix_ms = 0;
  std::weak_ptr<delivery::Transfer> transfer;  ///< of the batch on its way, once there is one
  WaitQueue wait_queue;

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp. Not what
  /// this program alone knows: who waits here, what its file and its log say, what happened to single events.
  template <class Archive>
  void state(Archive& archive) {
    archive(named, last_seen, first_seen, first_offset, origin, came_at, has_come_again, scrapes_in_a_row, displaced,
            last_scrape_unix_ms, taken_unix_ms);
    archive(delivered, redelivered, given_up, dropped_full, dropped_damaged, dropped_refused, dropped_skipped, replayed,
            proofs_given_up, batches, last_batch);
    archive(cursor_, aside_, again_, again_yields_, evicted_until_, yielded_until_, sent_, counted_, limit_, suspicion_,
            calibrated_);
    archive(batch_taken_, left_out_, batch_from_, batch_begin_, batch_end_, batch_events_, batch_ranges_,
            batch_in_file_, batch_is_tried_, batch_number_);
  }

  std::uint64_t delivered = 0;
  std::uint64_t redelivered = 0;
  std::uint64_t given_up = 0;  ///< of those delivered: never read to their end as far as is known
  std::uint64_t dropped_full = 0;
  std::uint64_t dropped_damaged = 0;
  std::uint64_t dropped_refused = 0;
  std::uint64_t dropped_skipped = 0;
  std::uint64_t replayed = 0;
  PastBatches past;
  BatchCounts batches{};
  std::optional<LastBatch> last_batch;
  std::int64_t taken_unix_ms = 0;  ///< the batch on its way
  std::uint64_t proofs_given_up = 0;
  std::uint64_t loss_to_log = 0;        ///< what was added to dropped_full since the last line about it
  std::uint64_t again_lost_to_log = 0;  ///< events to be sent again that made room, since the last line about it
  SteadyTime silent_about_losses_until{};

 private:
  void begin_batch(std::uint64_t number) noexcept;
  void count_redelivered();
  void note_sent(bool leaves);
  [[nodiscard]] Fate judge(delivery::Outcome outcome, const Settling& settling);
  void count(Fate fate) noexcept;
  [[nodiscard]] BatchSize batch_size() const noexcept;
  /// Its events that are in this range.
  [[nodiscard]] std::uint64_t events_of_batch_in(const Range& range) const noexcept;
  [[nodiscard]] Range hull_of_aside() const noexcept;
  [[nodiscard]] std::uint64_t evicted_of_batch() const noexcept;
  void drop_evicted_of_batch() noexcept;
  void settle_at_cursor(bool received) noexcept;
  void settle_beyond(bool received);
  void settle_below(bool received);
  void drop_as_full(std::uint64_t events) noexcept;
  void keep_aside() noexcept;

  event_log::Offset cursor_;
  storage::SlotHandle slot_;
  Ranges aside_;
  Ranges again_;
  bool again_yields_ = false;
  std::list<KeptRange> kept_;
  event_log::Offset evicted_until_;  // what was not delivered is lost before it
  event_log::Offset yielded_until_;  // and what was, and is to be sent again

  bool batch_taken_ = false;
  bool left_out_ = false;
  From batch_from_ = From::cursor;
  event_log::Offset batch_begin_;
  event_log::Offset batch_end_;
  std::uint64_t batch_events_ = 0;
  Ranges batch_ranges_;  // where it is from below the cursor
  bool batch_in_file_ = false;
  bool batch_is_tried_ = false;  // an event out of its turn, see Suspicion
  std::uint64_t batch_number_ = 0;

  std::uint64_t noted_number_ = 0;  // as it stands in the file
  bool calibrated_ = false;
  Range kept_aside_;  // the same

  Ranges sent_;     // in a batch that was sent and not delivered
  Ranges counted_;  // of these, counted as redelivered already, by a batch that was put back

  BatchLimit limit_;
  Suspicion suspicion_;
};

}  // namespace oneshot::queue
