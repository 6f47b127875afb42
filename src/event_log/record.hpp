// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/hash.hpp"

namespace oneshot::event_log {

/// An event as it lies in the log: this header, then the text of its labels, padded to 8 bytes. Records
/// follow each other without gaps. The layout is fixed, so that a log can live in a file (storage/format.hpp).
///
/// A padding record is a range to be passed over: a hole, or an event whose POST was refused after all. Of it only the
/// first 8 bytes count, which are stored at once, and its length is that of the whole range.
struct Record {
  static constexpr std::uint32_t padding_flag = 1u << 31;
  static constexpr std::uint32_t value_given_flag = 1u << 30;  ///< the client sent a value
  /// Its series had a later time already, from before the clock was set back.
  static constexpr std::uint32_t out_of_order_flag = 1u << 29;
  static constexpr std::uint32_t max_length = out_of_order_flag - 1;

  std::uint32_t length_and_flags;
  std::uint32_t checksum;  ///< in a file right_checksum(); 0 in memory, where a record is either whole or not visible
  std::int64_t unix_ms;
  double value;
  std::uint64_t series_hash;

  [[nodiscard]] std::uint32_t length() const noexcept { return length_and_flags & max_length; }
  [[nodiscard]] bool is_padding() const noexcept { return (length_and_flags & padding_flag) != 0; }
  [[nodiscard]] bool value_given() const noexcept { return (length_and_flags & value_given_flag) != 0; }
  [[nodiscard]] bool is_out_of_order() const noexcept { return (length_and_flags & out_of_order_flag) != 0; }
  [[nodiscard]] std::uint64_t size() const noexcept { return is_padding() ? length() : size_for(length()); }
  [[nodiscard]] std::string_view labels() const noexcept { return {reinterpret_cast<const char*>(this + 1), length()}; }

  /// Bytes in the log of a record whose text has this length.
  static constexpr std::uint64_t size_for(std::uint64_t length) noexcept;

  /// What `checksum` is where this record begins at `offset` of a file with this salt. It tells a record from text
  /// that looks like one, from what stood there one round of the ring before, and from half of one; the text itself is
  /// vouched for by `series_hash`.
  [[nodiscard]] std::uint32_t right_checksum(std::uint64_t salt, std::uint64_t offset) const noexcept {
    using hash_detail::mix;
    std::uint64_t state = mix(mix(mix(hash_detail::k1, salt), offset), length_and_flags);
    if (!is_padding()) {
      state = mix(state, static_cast<std::uint64_t>(unix_ms));
      state = mix(mix(state, std::bit_cast<std::uint64_t>(value)), series_hash);
    }
    return static_cast<std::uint32_t>(state >> 32);
  }
};
static_assert(sizeof(Record) == 32 && alignof(Record) == 8);

/// Makes A padding record of `size` bytes, a multiple of 8, at `place`, which is `offset` of the log.
inline void write_padding_record(std::byte* place, std::uint64_t salt, std::uint64_t offset,
                                 std::uint64_t size) noexcept {
  Record record{};
  record.length_and_flags = Record::padding_flag | static_cast<std::uint32_t>(size);
  record.checksum = record.right_checksum(salt, offset);
  const std::uint64_t word = std::uint64_t{record.checksum} << 32 | record.length_and_flags;
  std::atomic_ref(*reinterpret_cast<std::uint64_t*>(place)).store(word, std::memory_order_release);
}

constexpr std::uint64_t Record::size_for(std::uint64_t length) noexcept {
  return (sizeof(Record) + length + 7) & ~std::uint64_t{7};
}

}  // namespace oneshot::event_log
