// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace oneshot::queue {

/// How long those who read the log may keep others from appending to it.
///
/// A reader's lease is in the way once it begins below `wanted_below()`. As long as appends still find room it stays
/// while its reader makes progress. Once an append is refused for want of that room, all leases in the way have to go
/// when the patience is over, a second later: with any rate that would do instead, somebody who reads exactly so fast
/// keeps a batch of 12 MiB for minutes, and the rate of a link says nothing about how long others are refused. And the
/// patience is one for all leases together: what they have used of it comes back at a thirtieth, so that readers who
/// take turns cannot have refused more than a thirtieth of the time either.
///
/// Who waits for a batch that would begin in the way gets it when room was made, see WaitingScrape: or a reader that
/// comes back at once would be in the way again before anybody could append.
class Room {
 public:
  static constexpr std::uint64_t step_part = 64;  ///< of the log: so much of it is made room of at once
  static constexpr std::chrono::milliseconds patience{1000};
  static constexpr int recovery = 30;  ///< so many times slower than it is used up the patience comes back

  /// Leases that begin below this are in the way. Any thread.
  [[nodiscard]] std::uint64_t wanted_below() const noexcept { return wanted_below_.load(std::memory_order_relaxed); }
  /// Leases in the way have to end now. Any thread.
  [[nodiscard]] bool is_patience_over(SteadyTime now) const noexcept {
    return now.time_since_epoch().count() >= back_at_.load(std::memory_order_relaxed);
  }
  /// An append was refused for want of leased room, and none was made since. Any thread.
  [[nodiscard]] bool is_refusing() const noexcept { return back_at_.load(std::memory_order_relaxed) != never; }
  /// Any thread.
  void count_ended() noexcept { ended_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_relaxed); }

  // For the holder of the ledger's lock.
  /// Room is short up to this offset.
  void want_below(std::uint64_t offset) noexcept;
  /// An append was refused, because somebody reads what it would have to write over.
  void refused(SteadyTime now) noexcept;
  /// The head has moved, or there is room again.
  void made(SteadyTime now) noexcept;

 private:
  static constexpr SteadyTime::rep never = SteadyTime::duration::max().count();

  [[nodiscard]] SteadyTime::duration left(SteadyTime now) const noexcept;

  std::atomic<std::uint64_t> wanted_below_{0};
  std::atomic<SteadyTime::rep> back_at_{never};
  std::atomic<std::uint64_t> ended_{0};
  SteadyTime refusing_since_{};
  SteadyTime::duration used_{};  // of the patience, at `used_at_`
  SteadyTime used_at_{};
};

}  // namespace oneshot::queue
