// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "delivery/cause.hpp"
#include "delivery/outcome.hpp"
#include "delivery/transfer.hpp"
#include "queue/batch.hpp"
#include "queue/kept.hpp"

namespace oneshot::queue {

/// A batch that was taken, and the duty to say what became of it: a scraper has one at a time. Destroyed without
/// settle(), the batch counts as never sent; but once handed_over() to a scraper of Options::confirmed it stays out,
/// and Queue::resume() gives it again, here or in the next program. Any thread, one at a time.
class Delivery {
 public:
  virtual ~Delivery() = default;
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Until end_reading(), handed_over() or settle().
  [[nodiscard]] virtual const Batch& batch() const noexcept = 0;
  /// Nobody reads the batch any more, although it is not handed over yet: its text has been made. The log may overwrite
  /// its events when it needs their place; where they should have been sent again, they then count as dropped.
  virtual void end_reading() noexcept = 0;
  /// The number of events, also later. Without events there is nothing to be delivered: whatever is said about such a
  /// delivery changes nothing.
  [[nodiscard]] virtual std::uint64_t count() const noexcept = 0;
  /// The number of this exposition: greater than all that this scraper had before, also in programs before this one.
  /// Without events there is one too.
  [[nodiscard]] virtual std::uint64_t number() const noexcept = 0;
  /// The batch is on its way in this transfer, which a newer scrape asks about. Known weakly: a transfer that is gone
  /// has settled the batch before.
  virtual void in_transfer(std::weak_ptr<delivery::Transfer> transfer) = 0;
  /// The last byte is in the kernel: nobody reads the batch any more. `kernel_will_send`: also if this program is
  /// killed (which resets a connection with unread input).
  virtual void handed_over(bool kernel_will_send = true) = 0;
  /// The scraper's machine has acknowledged the last byte: from now on the batch's end does not depend on this program.
  /// Told only where wants_acknowledged() says so, at most once, before settle().
  virtual void acknowledged() {}
  [[nodiscard]] virtual bool wants_acknowledged() const noexcept { return false; }
  /// Why it will not be delivered, as its connection saw that: for LastBatch, before settle().
  virtual void note_cause(const delivery::Cause& /*cause*/) {}
  /// Nothing of it goes out, though nothing failed: destroyed now, it leaves no trace in the counts of batches.
  virtual void hold_back() noexcept {}
  /// delivered: the scraper goes on behind this batch; else its events are sent again. Once.
  virtual void settle(delivery::Outcome outcome) = 0;
  /// As settle(delivered), but the events stay in the log while what is returned lives. Once, instead of settle().
  [[nodiscard]] virtual std::unique_ptr<Kept> settle_and_keep() = 0;

 protected:
  Delivery() = default;
};

}  // namespace oneshot::queue
