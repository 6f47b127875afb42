// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event_log/in_flight_word.hpp"
#include "storage/checked_word.hpp"

/// The storage file, version 1. Numbers are little-endian.
///
///   offset 0          Header: what the file is (Layout), and the words of the log as a whole
///   4,096             InFlightWord[64]: where each appending thread is about to write
///   65,536            ScraperSlot[16384]: the table of scrapers, 256 bytes each
///   65,536 + 4 MiB    the ring of records (record.hpp), Layout::capacity bytes; the record at offset P begins
///                     at its byte P % capacity
///
/// A offset counts bytes since the file was made; the file keeps them when its capacity changes. All words change by
/// single 8-byte stores, in an order that makes each moment a good one to be killed at.
/// What the file says after the machine lost its power may be of different moments, page by page.
///
/// Where the log ends is not written while it runs: it is searched for (recovery.hpp). Records vouch for themselves
/// (Record::right_checksum), and none lies at or above `bound`. After an end in good order `end` says it.
namespace oneshot::storage {

static_assert(std::endian::native == std::endian::little, "the storage file is little-endian");
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(std::atomic<std::uint64_t>) == 8);

/// Which machine run a file was last used in: /proc/sys/kernel/random/boot_id. The same id means that the kernel has
/// not lost anything since, nor stopped sending. Zeros: not known, and then no id is the same.
struct BootId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  [[nodiscard]] static BootId current();
  [[nodiscard]] bool same_as(const BootId& other) const noexcept {
    return high == other.high && low == other.low && (high | low) != 0;
  }
};

/// Does not change once the file is made.
struct Layout {
  static constexpr std::array<char, 8> right_magic = {'o', 'n', 'e', 's', 'h', 'o', 't', '\n'};
  static constexpr std::uint32_t current_version = 1;

  std::array<char, 8> magic = right_magic;
  std::uint32_t version = current_version;
  std::uint32_t slots = 0;
  std::uint64_t capacity = 0;  ///< bytes of the ring, a multiple of 4,096
  std::uint64_t salt = 0;      ///< random: nobody can guess what a record's checksum will be
  std::int64_t made_unix_ms = 0;
  std::uint64_t checksum = 0;  ///< of all before it

  [[nodiscard]] std::uint64_t right_checksum() const noexcept;
};
static_assert(sizeof(Layout) == 48);

using AtomicWord = std::atomic<std::uint64_t>;

/// Events from `begin` on, up to `end`, were stored with times that are so much ahead of the clock (see ClockSteps).
/// All are CheckedWords; that of a number stands for eight times as much.
struct ClockSkewWords {
  AtomicWord begin;
  AtomicWord end;
  AtomicWord ahead_ms;
};

struct Header {
  static constexpr std::size_t max_skew_ranges = 32;

  Layout layout;
  std::array<std::byte, 128 - sizeof(Layout)> unused;
  AtomicWord reserved_end;  ///< CheckedWord: the log ends before it; made durable before the log gets there
  AtomicWord hold;          ///< CheckedWord: the startup hold
  AtomicWord end;           ///< CheckedWord: the log ended here in good order; none while a program uses the file
  AtomicWord boot_high;
  AtomicWord boot_low;
  AtomicWord latest_unix_ms;  ///< CheckedWord of a number: what the clock said, once a second
  AtomicWord skew_ranges;     ///< CheckedWord of a number: how many of the following count; written last
  std::array<ClockSkewWords, max_skew_ranges> clock_skew_ranges;
};

/// A scraper's place. Free where `used` is 0.
struct ScraperSlot {
  static constexpr std::size_t longest_name = 128;

  AtomicWord used;    ///< hash_bytes(name) | 1; written after the others
  AtomicWord cursor;  ///< CheckedWord: up to here everything was delivered, or is lost
  AtomicWord batch;   ///< CheckedWord: the end of the batch in flight; the flag says that the kernel has all of it
  std::uint64_t name_length;
  std::array<char, longest_name> name;
  std::array<std::byte, 256 - 4 * 8 - longest_name> unused;
};
static_assert(sizeof(ScraperSlot) == 256);

namespace format {

inline constexpr std::uint64_t in_flight_offset = 4096;
inline constexpr std::uint64_t most_appenders = 64;
inline constexpr std::uint64_t slots_offset = 65536;
inline constexpr std::uint32_t slot_count = 16384;
inline constexpr std::uint64_t ring_offset = slots_offset + std::uint64_t{slot_count} * sizeof(ScraperSlot);
static_assert(sizeof(Header) <= in_flight_offset);
static_assert(in_flight_offset + most_appenders * sizeof(event_log::InFlightWord) <= slots_offset);

inline constexpr const char* damaged_header =
    "has a damaged header: move it away to begin with an empty one (what waits in it is then not delivered), or set "
    "storage.path to another file";

/// Why these bytes are not the layout of a file that this version can use, in words that say what to do; nothing if
/// they are. `file_size`: of the whole file.
[[nodiscard]] std::optional<std::string> fault_of(const Layout& layout, std::uint64_t file_size);

}  // namespace format
}  // namespace oneshot::storage
