// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "delivery/outcome.hpp"
#include "delivery/transfer.hpp"
#include "event_log/stored_event.hpp"

namespace oneshot::queue {

/// The right to read a range of the log: what lies in it is not overwritten while this lives. Move-only;
/// any thread, one at a time. Keep it short: a log that fills up cannot make room past its begin.
class Reading {
 public:
  Reading() noexcept;
  Reading(Reading&&) noexcept;
  Reading& operator=(Reading&&) noexcept;
  ~Reading();

  [[nodiscard]] std::uint64_t events() const noexcept;  ///< how many there are
  [[nodiscard]] std::uint64_t begin() const noexcept;   ///< offsets are multiples of 8
  [[nodiscard]] std::uint64_t end() const noexcept;
  /// The event at or after `offset`, which moves behind it; false at the end. `offset` is begin(), or
  /// what an earlier call left in it.
  bool next(std::uint64_t& offset, event_log::StoredEvent& event) const noexcept;
  /// The same for as many as there are and `events` has room for: their number.
  std::size_t next(std::uint64_t& offset, std::span<event_log::StoredEvent> events) const noexcept;
  /// The event that stood at this offset before.
  [[nodiscard]] event_log::StoredEvent at(std::uint64_t offset) const noexcept;

  struct Lease;
  explicit Reading(std::unique_ptr<Lease> lease) noexcept;

 private:
  std::unique_ptr<Lease> lease_;
};

/// A batch that was taken: the duty to say what became of it. Exactly one at a time for a scraper. Move-only;
/// its destruction without settle() means that it was never sent: the cursor stays. Any thread, one at a
/// time.
class Delivery {
 public:
  Delivery(Delivery&&) noexcept;
  Delivery& operator=(Delivery&&) noexcept;
  ~Delivery();

  [[nodiscard]] const Reading& events() const noexcept;  ///< until handed_over()
  [[nodiscard]] std::uint64_t count() const noexcept;
  /// The batch is on its way in this transfer, which a newer scrape asks about. Known weakly: a transfer that is gone
  /// has settled the batch before.
  void in_transfer(std::weak_ptr<delivery::Transfer> transfer);
  /// Its last byte is in the kernel: the log need not keep its bytes for reading any more. `kernel_will_send`: also if
  /// this program is killed (which resets a connection with unread input).
  void handed_over(bool kernel_will_send = true);
  /// delivered: the cursor moves behind it; else the cursor stays and it is sent again. Once.
  void settle(delivery::Outcome outcome);

  struct Batch;
  explicit Delivery(std::unique_ptr<Batch> batch) noexcept;

 private:
  std::unique_ptr<Batch> batch_;
};

}  // namespace oneshot::queue
