// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

namespace oneshot::queue {

/// Gives each event of a series a millisecond of its own, later than those before it: Prometheus keeps one
/// sample per series and millisecond, and takes none that is older than the last. One word per hash of a
/// series; series that share a word only get times that are a little further apart. Lock-free, any thread.
class AscendingTimes {
 public:
  /// max(now, last + 1). `held` is what an earlier call gave for the same event, 0 for none: it is still good
  /// if nobody got a later time since.
  ///
  /// Relaxed is enough for times to ascend in the order of the log too. Whoever claimed a place before ours
  /// took its time before its claim, and we call this after we saw that claim (the log's tail orders the
  /// two), so we see its word or a later one.
  std::int64_t next(std::uint64_t series_hash, std::int64_t now, std::int64_t held) noexcept {
    std::atomic<std::int64_t>& last = words_[series_hash >> 48];
    std::int64_t seen = last.load(std::memory_order_relaxed);
    if (held != 0 && held == seen) return held;
    std::int64_t mine = 0;
    do {
      mine = std::max(now, seen + 1);
    } while (!last.compare_exchange_weak(seen, mine, std::memory_order_relaxed));
    return mine;
  }

  /// After the clock was set back: begin anew from what it says now.
  void forget() noexcept {
    for (std::atomic<std::int64_t>& word : words_) word.store(0, std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::int64_t>, 65536> words_{};  // one for each value of the hash's upper 16 bits
};

}  // namespace oneshot::queue
