// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "queue/local/ledger.hpp"

namespace oneshot::queue {

/// Makes room when the log fills up. The thread that finds the log full tries the lock; if another thread has the lock,
/// others go on in the last sixteenth of the log. First the head is brought up to date, then the startup hold yields,
/// and then, with drop_oldest, the oldest events go: one walk over 1/64 of the log for all scrapers together. What a
/// batch is read from stays. Any thread, without the lock.
class Evictor {
 public:
  /// The ledger outlives the evictor.
  Evictor(Ledger& ledger, bool drop_oldest) noexcept : ledger_(ledger), drop_oldest_(drop_oldest) {}

  /// False: the head is still below `needed_head`, and cannot be moved there now.
  bool evict(std::uint64_t needed_head) noexcept;
  /// Above the high watermark, once for every 1/256 of the log: looking costs a lock.
  void evict_if_due() noexcept;

 private:
  bool evict_locked(std::uint64_t needed_head) noexcept;
  void advance_head_if_free() noexcept;

  Ledger& ledger_;
  const bool drop_oldest_;
  std::atomic<std::uint64_t> next_check_{0};  // appenders look for room when the tail gets here
};

}  // namespace oneshot::queue
