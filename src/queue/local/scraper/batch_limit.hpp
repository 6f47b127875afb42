// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

#include "base/clock.hpp"
#include "delivery/outcome.hpp"

namespace oneshot::queue {

/// How much a batch holds: events, and bytes of their records in the log.
struct BatchSize {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const BatchSize&, const BatchSize&) = default;
};

/// How large the next batch of one scraper may be, where batches fail: a scraper may have limits that nobody has told
/// us, and a link may be too slow for a large batch within the scrape's timeout.
///
///   failed      half of what the batch had; but not below what was delivered since the first failure. A batch of at
///               most 64 events and 64 KiB goes out once more as it was, unless the scraper's API named a limit, or
///               larger ones have failed lately: most failures are a cut connection or a restart, and its events
///               are late already
///   delivered   double, up to the middle between the largest delivered and the smallest failed one; not at all where
///               these are within an eighth of each other
///   timed_out   as failed, but never below 64 events: time says nothing about a size so small
///
/// A failed size is remembered for 10 minutes, or for some deliveries: 4 at first, which is enough where the fault has
/// passed, and twice as many each time a batch fails again after a delivery, up to 32. Events and bytes are looked at
/// apart: where a failed batch had less of the one than a delivered one, the other is what it had too much of.
///
/// A batch of one event that fails is no matter of size: see Suspicion. Has no lock: its owner guards it.
class BatchLimit {
 public:
  static constexpr std::uint64_t least_after_time_out = 64;
  static constexpr BatchSize small{.events = 64, .bytes = std::uint64_t{64} << 10};

  /// What the next batch may hold, where every batch may hold `allowed`. At least one event.
  [[nodiscard]] BatchSize next(const BatchSize& allowed) const noexcept;
  /// A batch of this size has its outcome.
  void settled(delivery::Outcome outcome, const BatchSize& batch, const BatchSize& allowed, SteadyTime now) noexcept;
  /// One event was what failed, and it is out of the way: what was concluded about sizes is forgotten.
  void event_was_at_fault() noexcept;

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(events_, bytes_, memory_, remembered_for_, remembered_until_, delivered_since_, failed_last_);
  }

 private:
  static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

  /// Of events, or of bytes.
  struct Amount {
    std::uint64_t most = none;
    std::uint64_t delivered = 0;  // the largest since the first failure
    std::uint64_t failed = none;  // the smallest, while it is remembered

    template <class Archive>
    void state(Archive& archive) {
      archive(most, delivered, failed);
    }
    void grow(std::uint64_t amount, std::uint64_t allowed) noexcept;
    void shrink(std::uint64_t amount, std::uint64_t least) noexcept;
  };

  [[nodiscard]] bool is_limited() const noexcept { return events_.most != none || bytes_.most != none; }
  void delivered(const BatchSize& batch, const BatchSize& allowed, SteadyTime now) noexcept;
  void failed(const BatchSize& batch, const BatchSize& least, SteadyTime now) noexcept;

  void forget() noexcept;

  Amount events_;
  Amount bytes_;
  unsigned memory_ = 0;  // in deliveries
  unsigned remembered_for_ = 0;
  SteadyTime remembered_until_{};
  bool delivered_since_ = false;
  bool failed_last_ = false;
};

}  // namespace oneshot::queue
