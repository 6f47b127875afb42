// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/hash.hpp"

namespace oneshot::queue {

/// Who has filled the log: bytes by sender, for each sixteenth of the log. Each appender counts for itself, a few
/// instructions an event; any thread may look, and sees numbers that are a moment old.
///
/// A sender has a slot of its own, one of 256 of each appender, for as long as the log holds bytes of it. Only where
/// all sixteen slots in which it may be are others', which needs some two hundred senders at once, it shares one.
/// Which ones they are depends on a random key, so that nobody can choose to share somebody's.
///
/// Sender 0 is nobody: counted as one of many others.
class Shares {
 public:
  static constexpr std::size_t slots = 256;
  static constexpr std::uint64_t parts = 16;

  /// `salt`: the key is made of it, so that programs with the same one count alike; 0: of random numbers.
  Shares(unsigned appenders, std::uint64_t capacity, std::uint64_t salt = 0);
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
    std::size_t slot = slot_of(sender, 0);
    if (worker->senders[slot].load(std::memory_order_relaxed) != sender) [[unlikely]]
      slot = take_slot(*worker, sender);
    bump(worker->row->of[slot], units);
  }

  /// Bytes between two offsets, to a sixteenth of the log.
  struct Part {
    std::uint64_t own = 0;  ///< of this sender, and of those that share its slot
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

  /// All that one appender has counted, as it is written down.
  struct Counted {
    struct Row {
      std::uint64_t number = 0;
      std::uint64_t first = 0;
      std::uint32_t all = 0;
      std::vector<std::pair<std::uint8_t, std::uint32_t>> of{};  // slots with bytes

      template <class Archive>
      void state(Archive& archive) {
        archive(number, first, all, of);
      }
    };
    std::vector<std::pair<std::uint8_t, std::uint64_t>> senders{};  // slots that are somebody's
    std::vector<Row> rows{};

    template <class Archive>
    void state(Archive& archive) {
      archive(senders, rows);
    }
  };
  /// While the appender adds nothing.
  [[nodiscard]] Counted counted(unsigned appender) const;
  /// Of an appender that has added nothing yet: goes on from there as the one would that has counted this, where the
  /// salts are equal and not 0.
  void restore(unsigned appender, const Counted& counted);

 private:
  static constexpr std::uint64_t unit = 8;  // every record's size is a multiple
  static constexpr std::size_t rows = 32;   // of which 17 can be of bytes that are still there
  static constexpr std::size_t tries = 16;  // slots in which a sender may be, eight by each key
  using Count = std::atomic<std::uint32_t>;

  struct Row {
    std::atomic<std::uint64_t> number{0};  // of the part, from 1; 0: of none
    std::atomic<std::uint64_t> first{0};   // the offset of its first record
    Count all{0};
    std::array<Count, slots> of{};
  };
  struct Worker {
    std::uint64_t row_begin = 0;
    Row* row = nullptr;
    std::array<Row, rows> rows_of_parts;
    std::array<std::atomic<std::uint64_t>, slots> senders{};  // whose each slot is; 0: nobody's
  };

  static std::uint64_t odd_key(std::uint64_t salt, std::uint64_t number) noexcept;
  [[nodiscard]] std::size_t slot_of(std::uint64_t sender, std::size_t attempt) const noexcept {
    return (sender * keys_[attempt / 8]) >> (56 - attempt % 8 * 8) & (slots - 1);
  }
  [[nodiscard]] std::size_t take_slot(Worker& worker, std::uint64_t sender) const noexcept;
  [[nodiscard]] std::uint64_t bytes_of(const Worker& worker, const Row& row, std::uint64_t sender) const noexcept;
  static void free_slots(Worker& worker, std::uint64_t part) noexcept;
  /// Written by one thread alone.
  static void bump(Count& count, std::uint32_t by) noexcept {
    count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  Worker* begin_row(unsigned appender, std::uint64_t offset) noexcept;
  template <class Take>
  void for_each_row(std::uint64_t from, std::uint64_t to, Take take) const;

  const std::uint64_t part_bytes_;
  const std::array<std::uint64_t, 2> keys_;
  std::vector<std::atomic<Worker*>> workers_;  // null until the appender's first event
};

}  // namespace oneshot::queue
