// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/outcome.hpp"
#include "queue/stored_event.hpp"

namespace oneshot::queue {

/// The right to read a stretch of the log: what lies in it is not overwritten while this lives. Move-only;
/// any thread, one at a time. Keep it short: a log that fills up cannot make room past its begin.
class Reading {
 public:
  Reading() noexcept;
  Reading(Reading&&) noexcept;
  Reading& operator=(Reading&&) noexcept;
  ~Reading();

  [[nodiscard]] std::uint64_t events() const noexcept;  ///< how many there are
  [[nodiscard]] std::uint64_t begin() const noexcept;   ///< positions are multiples of 8
  [[nodiscard]] std::uint64_t end() const noexcept;
  /// The event at or after `position`, which moves behind it; false at the end. `position` is begin(), or
  /// what an earlier call left in it.
  bool next(std::uint64_t& position, StoredEvent& event) const noexcept;
  /// The same for as many as there are and `events` has room for: their number.
  std::size_t next(std::uint64_t& position, std::span<StoredEvent> events) const noexcept;
  /// The event that stood at this position before.
  [[nodiscard]] StoredEvent at(std::uint64_t position) const noexcept;

  struct Lease;
  explicit Reading(std::unique_ptr<Lease> lease) noexcept;

 private:
  std::unique_ptr<Lease> lease_;
};

/// Who carries a batch to its scraper; asked when a newer scrape of the same scraper wants to know what
/// became of it.
class Carrier {
 public:
  enum class Answer : std::uint8_t { settled, under_way };
  virtual ~Carrier() = default;
  /// After `settled` the delivery was told its outcome. May be called from any worker; bounded in time.
  virtual asio::awaitable<Answer> settle() = 0;
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
  /// Its response is on its way, and this is who to ask about it.
  void carried_by(std::shared_ptr<Carrier> carrier);
  /// Its last byte is in the kernel: the log need not keep its bytes for reading any more. `kernel_will_send`: also if
  /// this program is killed (which resets a connection with unread input).
  void handed_over(bool kernel_will_send = true);
  /// delivered: the cursor moves behind it; else the cursor stays and it is sent again. Once.
  void settle(Outcome outcome);

  struct Batch;
  explicit Delivery(std::unique_ptr<Batch> batch) noexcept;

 private:
  std::unique_ptr<Batch> batch_;
};

}  // namespace oneshot::queue
