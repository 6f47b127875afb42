// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/checked_word.hpp"
#include "storage/format.hpp"

/// The storage file, version 1, as 0.1.0 wrote it: only read, to become version 2 (migration.cpp). Its hashes had no
/// key and were of our own making; this is the one place that still knows them. What is not described here is as in
/// version 2.
///
///   byte 0            Layout; the words of the header as in version 2, without `history`
///   4,096             InFlightWord[64]
///   65,536            Slot[16384]
///   65,536 + 4 MiB    the ring of records
namespace oneshot::storage::v1 {

inline constexpr std::uint32_t version = 1;
inline constexpr std::uint64_t ring_offset = format::key_table_offset;

[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes) noexcept;

struct Layout {
  std::array<char, 8> magic = storage::Layout::right_magic;
  std::uint32_t version = v1::version;
  std::uint32_t slots = 0;
  std::uint64_t capacity = 0;
  std::uint64_t salt = 0;
  std::int64_t made_unix_ms = 0;
  std::uint64_t checksum = 0;

  [[nodiscard]] std::uint64_t right_checksum() const noexcept;
};
static_assert(sizeof(Layout) == 48);

struct Slot {
  std::uint64_t used;  ///< used_word(name)
  std::uint64_t cursor;
  std::uint64_t batch;
  std::uint64_t name_length;
  std::array<char, ScraperSlot::longest_name> name;
  std::array<std::byte, 256 - 4 * 8 - ScraperSlot::longest_name> unused;
};
static_assert(sizeof(Slot) == 256);
[[nodiscard]] std::uint64_t used_word(std::string_view name) noexcept;

/// A CheckedWord with the check of version 1.
[[nodiscard]] std::uint64_t encode(CheckedWord word, std::uint64_t salt, std::uint64_t place) noexcept;
[[nodiscard]] std::optional<CheckedWord> decode(std::uint64_t word, std::uint64_t salt, std::uint64_t place) noexcept;

/// A record's header. The text of the labels follows, padded to 8 bytes.
struct Record {
  static constexpr std::uint32_t padding_flag = 1u << 31;
  static constexpr std::uint32_t max_length = (1u << 29) - 1;

  std::uint32_t length_and_flags;  ///< from the highest bit: padding, value given, out of order, 29 bits of length
  std::uint32_t checksum;
  std::int64_t unix_ms;
  double value;
  std::uint64_t series_hash;  ///< hash_bytes(labels)

  [[nodiscard]] bool is_padding() const noexcept { return (length_and_flags & padding_flag) != 0; }
  [[nodiscard]] std::uint64_t size() const noexcept;
  [[nodiscard]] std::string_view labels() const noexcept {
    return {reinterpret_cast<const char*>(this + 1), length_and_flags & max_length};
  }
  [[nodiscard]] std::uint32_t right_checksum(std::uint64_t salt, std::uint64_t offset) const noexcept;
};
static_assert(sizeof(Record) == 32);

/// Whether these bytes are the layout of a version 1 file that can be read; or why not.
Result<void> check(const Layout& layout, std::uint64_t file_size);

}  // namespace oneshot::storage::v1
