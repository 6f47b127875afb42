// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "delivery/one_shot_event.hpp"
#include "delivery/outcome.hpp"
#include "delivery/transfer.hpp"
#include "event_log/offset.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::queue {

/// The scrapes of one scraper that wait for its next batch, first come, first served. Only the first one can get
/// anywhere, so only the first one is woken. Has no lock: its owner guards it, and calls what it returns without that
/// lock.
class WaitQueue {
 public:
  /// A scraper and its retry are two; a handful may come at once when several share a name by mistake.
  static constexpr std::size_t longest = 8;

  /// Whom to wake.
  using Wake = std::optional<delivery::OneShotEvent::Notifier>;

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= longest; }
  /// Enters at the end. Returns the number of the place.
  std::uint64_t enter();
  [[nodiscard]] bool is_first(std::uint64_t number) const noexcept;
  /// The one with this number is woken, once, by the next change that concerns it.
  void wake_by(std::uint64_t number, delivery::OneShotEvent::Notifier notifier);
  /// Gives the place up. Returns who is first by that.
  [[nodiscard]] Wake leave(std::uint64_t number);
  /// Something has changed for the first one.
  [[nodiscard]] Wake wake_first();

 private:
  struct Place {
    std::uint64_t number;
    Wake wake;
  };
  std::deque<Place> waiting_;
  std::uint64_t last_number_ = 0;
};

/// Wakes whom there is to wake, without the lock.
inline void notify(const WaitQueue::Wake& wake) {
  if (wake) (*wake)();
}

/// What is known of one scraper: its cursor, the batch that is on its way to it, which scrapes wait for the
/// next one. Guarded by the lock of the table that it is in.
///
/// The sum that always holds: delivered + dropped_full + dropped_damaged + in_flight + waiting is the number
/// of events since the scraper was registered, except that events of a batch in flight may be evicted (see
/// there).
class Scraper {
 public:
  /// `place`: where its cursor and batch are kept for the next program, if anywhere.
  Scraper(bool is_named, event_log::Offset start, SteadyTime now, storage::SlotHandle place = {})
      : named(is_named), last_seen(now), cursor_(start), place_(place) {}

  /// Everything before it was surely delivered, or is lost.
  [[nodiscard]] const event_log::Offset& cursor() const noexcept { return cursor_; }
  /// Events that are in no batch, where the log ends at `end`.
  [[nodiscard]] std::uint64_t waiting(const event_log::Offset& end) const noexcept;
  /// Events of the batch on its way.
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return batch_taken_ ? batch_size() : 0; }
  [[nodiscard]] bool batch_taken() const noexcept { return batch_taken_; }

  /// Takes the events from the cursor to `end`, at least one; what of it was sent before counts as
  /// redelivered.
  void take(const event_log::Offset& end) noexcept;
  /// The kernel has all of the batch, and will send it whatever becomes of this program.
  void handed_over() noexcept;
  /// Events before this are sent again if they are: a program before this one had them in flight.
  void restore_sent(const event_log::Offset& end) noexcept { sent_before_ = end.events; }
  /// There are no events from the cursor to here, only padding records.
  void pass_over(const event_log::Offset& end) noexcept;
  /// The batch's outcome. `unconfirmed_limit`: events that were in so many unconfirmed batches in a row are
  /// given up, which means that they count as delivered; 0 for never. Returns how many were given up now.
  std::uint64_t settle(delivery::Outcome outcome, unsigned unconfirmed_limit) noexcept;
  /// The batch was never sent: as if it had not been taken.
  void put_back() noexcept;
  /// The log overwrites what is before `target`: moves the cursor up to it. What of it is in a sent batch
  /// counts as dropped only when its receipt says that it was not delivered.
  void evict_before(const event_log::Offset& target) noexcept;

  [[nodiscard]] const storage::SlotHandle& place() const noexcept { return place_; }

  bool named;            ///< never forgotten
  SteadyTime last_seen;  ///< when it last asked for something
  std::int64_t last_scrape_unix_ms = 0;
  std::weak_ptr<delivery::Transfer> transfer;  ///< of the batch on its way, once there is one
  WaitQueue wait_queue;

  std::uint64_t delivered = 0;
  std::uint64_t redelivered = 0;
  std::uint64_t given_up = 0;  ///< of those delivered: never read to their end as far as is known
  std::uint64_t dropped_full = 0;
  std::uint64_t dropped_damaged = 0;
  std::uint64_t loss_to_log = 0;  ///< what was added to dropped_full since the last line about it

 private:
  [[nodiscard]] std::uint64_t batch_size() const noexcept { return batch_end_.events - batch_begin_.events; }
  void count_unconfirmed(delivery::Outcome outcome) noexcept;
  void lose(std::uint64_t first, std::uint64_t last) noexcept;

  event_log::Offset cursor_;
  storage::SlotHandle place_;
  bool batch_taken_ = false;
  event_log::Offset batch_begin_;
  event_log::Offset batch_end_;
  std::uint64_t sent_before_ = 0;      // events below this number were in a batch that was sent and not delivered
  std::uint64_t counted_before_ = 0;   // below this they are counted as redelivered already, by a batch put back
  unsigned unconfirmed_in_a_row_ = 0;  // batches, and the range that was in all of them
  event_log::Offset unconfirmed_from_;
  event_log::Offset unconfirmed_until_;
};

}  // namespace oneshot::queue
