// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/hash.hpp"

namespace oneshot::queue {

/// An event as it lies in the log: this header, then the text of its labels, padded to 8 bytes. Records
/// follow each other without gaps. The layout is fixed, so that a log can live in a file (storage_format.hpp).
///
/// A void record is a stretch to be passed over: a hole, or an event whose POST was refused after all. Of it only the
/// first 8 bytes count, which are stored at once, and its length is that of the whole stretch.
struct RecordHeader {
  static constexpr std::uint32_t void_flag = 1u << 31;
  static constexpr std::uint32_t value_given_flag = 1u << 30;  ///< the client sent a value
  /// Its series had a later time already, from before the clock was set back.
  static constexpr std::uint32_t behind_flag = 1u << 29;
  static constexpr std::uint32_t max_length = behind_flag - 1;

  std::uint32_t length_and_flags;
  std::uint32_t checksum;  ///< in a file right_checksum(); 0 in memory, where a record is either whole or not visible
  std::int64_t unix_ms;
  double value;
  std::uint64_t series_hash;

  [[nodiscard]] std::uint32_t length() const noexcept { return length_and_flags & max_length; }
  [[nodiscard]] bool is_void() const noexcept { return (length_and_flags & void_flag) != 0; }
  [[nodiscard]] bool value_given() const noexcept { return (length_and_flags & value_given_flag) != 0; }
  [[nodiscard]] bool is_behind() const noexcept { return (length_and_flags & behind_flag) != 0; }
  [[nodiscard]] std::uint64_t size() const noexcept { return is_void() ? length() : size_for(length()); }
  [[nodiscard]] std::string_view labels() const noexcept { return {reinterpret_cast<const char*>(this + 1), length()}; }

  /// Bytes in the log of a record whose text has this length.
  static constexpr std::uint64_t size_for(std::uint64_t length) noexcept;

  /// What `checksum` is where this record begins at `position` of a file with this salt. It tells a record from text
  /// that looks like one, from what stood there one round of the ring before, and from half of one; the text itself is
  /// vouched for by `series_hash`.
  [[nodiscard]] std::uint32_t right_checksum(std::uint64_t salt, std::uint64_t position) const noexcept {
    using hash_detail::mix;
    std::uint64_t state = mix(mix(mix(hash_detail::k1, salt), position), length_and_flags);
    if (!is_void()) {
      state = mix(state, static_cast<std::uint64_t>(unix_ms));
      state = mix(mix(state, std::bit_cast<std::uint64_t>(value)), series_hash);
    }
    return static_cast<std::uint32_t>(state >> 32);
  }
};
static_assert(sizeof(RecordHeader) == 32 && alignof(RecordHeader) == 8);

/// Makes a void record of `size` bytes, a multiple of 8, at `place`, which is `position` of the log.
inline void make_void_record(std::byte* place, std::uint64_t salt, std::uint64_t position,
                             std::uint64_t size) noexcept {
  RecordHeader record{};
  record.length_and_flags = RecordHeader::void_flag | static_cast<std::uint32_t>(size);
  record.checksum = record.right_checksum(salt, position);
  const std::uint64_t word = std::uint64_t{record.checksum} << 32 | record.length_and_flags;
  std::atomic_ref(*reinterpret_cast<std::uint64_t*>(place)).store(word, std::memory_order_release);
}

constexpr std::uint64_t RecordHeader::size_for(std::uint64_t length) noexcept {
  return (sizeof(RecordHeader) + length + 7) & ~std::uint64_t{7};
}

}  // namespace oneshot::queue
