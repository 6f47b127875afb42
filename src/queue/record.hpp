// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oneshot::queue {

/// An event as it lies in the log: this header, then the text of its labels, padded to 8 bytes. Records
/// follow each other without gaps. The layout is fixed, so that a log can live in a file.
struct RecordHeader {
  static constexpr std::uint32_t void_flag = 1u << 31;         ///< to be passed over: its POST was refused after all
  static constexpr std::uint32_t value_given_flag = 1u << 30;  ///< the client sent a value
  /// Its series had a later time already, from before the clock was set back.
  static constexpr std::uint32_t behind_flag = 1u << 29;
  static constexpr std::uint32_t max_length = behind_flag - 1;

  std::uint32_t length_and_flags;
  std::uint32_t checksum;  ///< 0 in memory, where a record is either whole or not visible
  std::int64_t unix_ms;
  double value;
  std::uint64_t series_hash;

  [[nodiscard]] std::uint32_t length() const noexcept { return length_and_flags & max_length; }
  [[nodiscard]] bool is_void() const noexcept { return (length_and_flags & void_flag) != 0; }
  [[nodiscard]] bool value_given() const noexcept { return (length_and_flags & value_given_flag) != 0; }
  [[nodiscard]] bool is_behind() const noexcept { return (length_and_flags & behind_flag) != 0; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_for(length()); }
  [[nodiscard]] std::string_view labels() const noexcept { return {reinterpret_cast<const char*>(this + 1), length()}; }

  /// Bytes in the log of a record whose text has this length.
  static constexpr std::uint64_t size_for(std::uint64_t length) noexcept;
};
static_assert(sizeof(RecordHeader) == 32 && alignof(RecordHeader) == 8);

constexpr std::uint64_t RecordHeader::size_for(std::uint64_t length) noexcept {
  return (sizeof(RecordHeader) + length + 7) & ~std::uint64_t{7};
}

}  // namespace oneshot::queue
