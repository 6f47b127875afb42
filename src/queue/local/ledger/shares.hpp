// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/hash.hpp"

namespace oneshot::queue {

/// Who has filled the log: bytes by sender, for each sixteenth of the log. A sender is one of 256 buckets of each
/// appender, chosen by a random key, so that nobody can choose to share somebody's bucket. Each appender counts for
/// itself, a few instructions an event; any thread may look, and sees numbers that are a moment old.
///
/// Sender 0 is nobody: counted as one of many others.
class Shares {
 public:
  static constexpr std::size_t buckets = 256;
  static constexpr std::uint64_t parts = 16;

  Shares(unsigned appenders, std::uint64_t capacity);
  Shares(const Shares&) = delete;
  Shares& operator=(const Shares&) = delete;
  ~Shares();

  /// A record of this sender was stored at `offset`. On the appender's own thread, offsets ascend.
  void add(unsigned appender, std::uint64_t sender, std::uint64_t offset, std::uint64_t size) noexcept {
    Worker* worker = workers_[appender].load(std::memory_order_relaxed);
    if (worker == nullptr || offset - worker->row_begin >= part_bytes_) [[unlikely]] {
      worker = begin_row(appender, offset);
      if (worker == nullptr) return;
    }
    const auto units = static_cast<std::uint32_t>(size / unit);
    bump(worker->row->all, units);
    if (sender == 0) return;
    const std::size_t bucket = bucket_of(sender);
    bump(worker->row->of[bucket], units);
    worker->senders[bucket].store(sender, std::memory_order_relaxed);
  }

  /// Bytes between two offsets, to a sixteenth of the log.
  struct Part {
    std::uint64_t own = 0;  ///< of this sender, and of those in its bucket
    std::uint64_t all = 0;
  };
  [[nodiscard]] Part part_of(std::uint64_t sender, std::uint64_t from, std::uint64_t to) const noexcept;

  /// A sender and its bytes.
  struct Holder {
    std::uint64_t sender = 0;
    std::uint64_t bytes = 0;
  };
  struct Holders {
    std::vector<Holder> first;  ///< the most bytes first
    std::uint64_t all = 0;
  };
  /// At most so many of those who have the most between two offsets.
  [[nodiscard]] Holders holders(std::uint64_t from, std::uint64_t to, std::size_t most) const;
  /// Where records begin: one for each part and appender, unordered.
  [[nodiscard]] std::vector<std::uint64_t> places(std::uint64_t from, std::uint64_t to) const;

 private:
  static constexpr std::uint64_t unit = 8;  // every record's size is a multiple
  static constexpr std::size_t rows = 32;   // of which 17 can be of bytes that are still there
  using Count = std::atomic<std::uint32_t>;

  struct Row {
    std::atomic<std::uint64_t> number{0};  // of the part, from 1; 0: of none
    std::atomic<std::uint64_t> first{0};   // the offset of its first record
    Count all{0};
    std::array<Count, buckets> of{};
  };
  struct Worker {
    std::uint64_t row_begin = 0;
    Row* row = nullptr;
    std::array<Row, rows> rows_of_parts;
    std::array<std::atomic<std::uint64_t>, buckets> senders{};
  };

  [[nodiscard]] std::size_t bucket_of(std::uint64_t sender) const noexcept { return sender * key_ >> 56; }
  /// Written by one thread alone.
  static void bump(Count& count, std::uint32_t by) noexcept {
    count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  Worker* begin_row(unsigned appender, std::uint64_t offset) noexcept;
  template <class Take>
  void for_each_row(std::uint64_t from, std::uint64_t to, Take take) const;

  const std::uint64_t part_bytes_;
  const std::uint64_t key_ = static_cast<std::uint64_t>(random_seed()) | 1;
  std::vector<std::atomic<Worker*>> workers_;  // null until the appender's first event
};

}  // namespace oneshot::queue
