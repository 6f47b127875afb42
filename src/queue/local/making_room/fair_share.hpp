// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "queue/local/ledger/ledger.hpp"

namespace oneshot::queue {

/// Keeps one sender from filling the log at the cost of the others. Above the high watermark a sender that has put in
/// more than 5/8 of what waits is refused:
///
/// - with drop_oldest where the oldest events, which would make room, are others' and came within the last minute: one
///   scrape interval, as long as a scraper needs to get them. What is older, and what is its own, makes room as ever.
///   It goes on being refused until 7/8 of the log are in use or less. Else it would fill what an event of somebody
///   else makes room for, 1/64 of the log at a time, and so go on pushing with the others' hands;
/// - with reject always: the last sixteenth of the log is kept for those who have less.
///
/// Any thread; on the usual way this is a look at one number.
class FairShare {
 public:
  static constexpr std::chrono::seconds kept_for{60};

  /// The ledger outlives this.
  FairShare(Ledger& ledger, bool drop_oldest) noexcept : ledger_(ledger), drop_oldest_(drop_oldest) {}

  /// Whether an event of this sender is to be refused now.
  [[nodiscard]] bool refuses(std::uint64_t sender) noexcept {
    return guarded_.load(std::memory_order_relaxed) != nobody && is_refused(sender);
  }
  /// This sender needs room for `size` bytes above the high watermark, and others would have to make it. True: refuse
  /// it, and what it sends from now on. For the holder of the ledger's lock.
  bool is_over(std::uint64_t sender, std::uint64_t size = 0) noexcept;
  /// What is_over() would say now, which it notes. For the holder of the ledger's lock.
  [[nodiscard]] bool would_be_over(std::uint64_t sender, std::uint64_t size = 0) const noexcept;
  /// Who was refused last, and not let go on since; 0: nobody.
  [[nodiscard]] std::uint64_t refused() const noexcept { return guarded_.load(std::memory_order_relaxed); }

  /// What it notes, as it is written down: see cluster::Saver.
  template <class Archive>
  void state(Archive& archive) {
    std::uint64_t guarded = refused();
    archive(guarded);
    guarded_.store(guarded, std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint64_t nobody = 0;
  // Between two looks whether that still holds, which take the lock.
  static constexpr std::chrono::milliseconds look_step{50};

  [[nodiscard]] bool is_refused(std::uint64_t sender) noexcept;
  [[nodiscard]] bool has_too_much(std::uint64_t sender) const noexcept;
  [[nodiscard]] bool others_would_lose(std::uint64_t sender) const noexcept;
  [[nodiscard]] bool is_young(event_log::Offset oldest, std::uint64_t end) const noexcept;

  Ledger& ledger_;
  const bool drop_oldest_;
  std::atomic<std::uint64_t> guarded_{nobody};  // more than half is one sender's at most
  std::atomic<SteadyTime::rep> look_at_{0};
};

}  // namespace oneshot::queue
