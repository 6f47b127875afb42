// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/result.hpp"

namespace oneshot::event_log {

/// A ring of bytes, mapped twice in a row: whatever begins inside of it can be read and written in one piece,
/// also across its end. Offsets are absolute and never wrap; byte `offset % capacity` is where one lives.
/// Says nothing about who may touch which byte when: that is the EventLog's part.
class Ring {
 public:
  /// Anonymous memory, which is only taken from the machine where it is touched. `capacity` is a multiple of
  /// the page size, not 0.
  static Result<Ring> in_memory(std::uint64_t capacity);
  /// A range of an open file (or memfd), which may be closed afterwards. `offset` and `capacity` are
  /// multiples of the page size. `can_punch`: give_back() may make holes; never for a file that was
  /// preallocated, since a hole has to be allocated again when the disk may be full.
  static Result<Ring> map(int fd, std::uint64_t offset, std::uint64_t capacity, bool can_punch);

  Ring(Ring&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)),
        capacity_(other.capacity_),
        mask_(other.mask_),
        can_punch_(other.can_punch_) {}
  Ring& operator=(Ring&&) = delete;
  ~Ring();

  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
  /// From here `capacity` bytes lie in one piece.
  [[nodiscard]] std::byte* at(std::uint64_t offset) const noexcept {
    return base_ + (mask_ != 0 ? offset & mask_ : offset % capacity_);
  }
  /// Returns the memory of [from, to) to the machine: both are multiples of the page size, at most `capacity`
  /// apart, and nobody touches these bytes meanwhile. They read as zeros afterwards. Nothing happens without
  /// `can_punch`.
  void give_back(std::uint64_t from, std::uint64_t to) const noexcept;

  /// What the pages of a mapped file in [from, to), at most `capacity` bytes, are for next. A page of which a part lies
  /// before `from` counts as inside, one of which a part lies behind `to` does not.
  enum class Use : std::uint8_t {
    reading,  ///< the kernel reads ahead, as in any mapping at first
    /// A page that is not in memory comes alone. Read-ahead would be for nothing where all is written over, and would
    /// make large pages of the page cache: a write then costs as much as the whole of its large page.
    writing,
  };
  void expect(Use use, std::uint64_t from, std::uint64_t to) const noexcept;

  static std::uint64_t page_size() noexcept;

 private:
  Ring(std::byte* base, std::uint64_t capacity, bool can_punch) noexcept;

  std::byte* base_;
  std::uint64_t capacity_;
  std::uint64_t mask_;  // capacity - 1 where that is a power of two, which saves a division; else 0
  bool can_punch_;
};

}  // namespace oneshot::event_log
