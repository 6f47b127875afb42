// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "queue/local/ledger/ledger.hpp"
#include "queue/local/making_room/fair_share.hpp"

namespace oneshot::queue {

/// Moves the head to `needed_head` at least, and on to where the log is below the high watermark, as far as readers and
/// settings let it. False: the head is still below `needed_head`, and cannot be moved there now. For the holder of the
/// ledger's lock.
bool make_room(Ledger& ledger, std::uint64_t needed_head, bool drop_oldest) noexcept;

/// Makes room when the log fills up. The thread that finds the log full tries the lock; if another thread has the lock,
/// others go on in the last sixteenth of the log. First the head is brought up to date, then the history yields,
/// then the startup hold, and then, with drop_oldest, the oldest events go: one walk over 1/64 of the log for all
/// scrapers together. What a batch is read from stays. Any thread, without the lock.
class Evictor {
 public:
  /// The ledger outlives the evictor.
  Evictor(Ledger& ledger, bool drop_oldest) noexcept
      : ledger_(ledger), drop_oldest_(drop_oldest), fair_share_(ledger, drop_oldest) {}

  /// Whether an event of this sender is to be refused now, for the sake of the others: see FairShare.
  [[nodiscard]] bool refuses(std::uint64_t sender) noexcept { return fair_share_.refuses(sender); }

  /// Room for `size` bytes of this sender. False: the head is still below `needed_head`, and cannot be moved there now.
  bool evict(std::uint64_t needed_head, std::uint64_t sender = 0, std::uint64_t size = 0) noexcept;
  /// Above the high watermark, once for every 1/256 of the log: looking costs a lock.
  void evict_if_due(std::uint64_t sender = 0) noexcept;

 private:
  Ledger& ledger_;
  const bool drop_oldest_;
  FairShare fair_share_;
  std::atomic<std::uint64_t> next_check_{0};  // appenders look for room when the tail gets here
};

}  // namespace oneshot::queue
