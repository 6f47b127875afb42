// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cluster/ordered_log.hpp"

namespace oneshot::cluster {

/// How full the log is. Events have seven eighths of it alone: in a log that is full to the brim nobody can write what
/// empties it, which are commands, checkpoints, and what may be trimmed. One thread tells; any thread asks.
class Room {
 public:
  /// What the stream's leader says, with all records up to that one in it. `most`: 0 or less for no limit.
  void set(std::uint64_t bytes, std::int64_t most, Sequence as_of) noexcept {
    bytes_ = bytes;
    most_ = most > 0 ? static_cast<std::uint64_t>(most) : 0;
    as_of_ = as_of;
    look();
  }
  /// A record that was read, in order.
  void add(Sequence sequence, std::size_t subject, std::size_t record) noexcept {
    if (sequence <= as_of_) return;
    bytes_ += subject + record + overhead;
    look();
  }
  /// No more events.
  [[nodiscard]] bool is_tight() const noexcept { return is_tight_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t overhead = 30;  // of each record in nats-server's file store

  void look() noexcept { is_tight_.store(most_ != 0 && bytes_ > most_ / 8 * 7, std::memory_order_relaxed); }

  std::uint64_t bytes_ = 0;
  std::uint64_t most_ = 0;
  Sequence as_of_ = 0;
  std::atomic<bool> is_tight_{false};
};

}  // namespace oneshot::cluster
