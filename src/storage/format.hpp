// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event_log/in_flight_word.hpp"
#include "storage/checked_word.hpp"

/// The storage file, version 2; docs/storage-format.md has its tables. Numbers are little-endian.
///
///   byte 0            Header: what the file is (Layout), and the words of the log as a whole
///   4,096             InFlightWord[64]: where each appending thread is about to write
///   65,536            ScraperSlot[16384]: the table of scrapers, 256 bytes each
///   65,536 + 4 MiB    KeyEntry[]: the table of idempotency keys (key_entries.hpp), Layout::key_table_size bytes (2 MiB
///                     by default)
/// behind it the ring of records (event_log/record.hpp), Layout::capacity bytes; the record at offset P begins
///                     at the ring's byte P % capacity
///
/// An offset counts bytes of records since the file was made; a change of the capacity changes no offset. All words
/// change by single 8-byte stores, in an order that makes each moment a good one to be killed at. After the machine
/// lost its power the pages of the file may be of different moments.
///
/// The program does not write down where the log ends while the program runs; the next start searches for the end
/// (recovery.hpp). Records vouch for themselves (Record::right_checksum), and none ends beyond `reserved_end`. After an
/// end in good order `end` says where the log ended.
///
/// Files of version 1 become version 2 at a start (format_v1.hpp).
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
  static constexpr std::uint32_t current_version = 2;

  std::array<char, 8> magic = right_magic;
  std::uint32_t version = current_version;
  std::uint32_t slots = 0;
  std::uint64_t capacity = 0;  ///< bytes of the ring, a multiple of 4,096
  std::uint64_t salt = 0;      ///< random, the key of all hashes and checksums in the file: nobody can guess them
  std::int64_t made_unix_ms = 0;
  std::uint64_t key_table_size = 2u << 20;  ///< bytes, a multiple of 4,096
  std::uint64_t checksum = 0;               ///< of all before it

  [[nodiscard]] std::uint64_t right_checksum() const noexcept;
  /// Where the ring begins in the file.
  [[nodiscard]] std::uint64_t ring_offset() const noexcept;
  [[nodiscard]] std::uint64_t file_size() const noexcept { return ring_offset() + capacity; }
};
static_assert(sizeof(Layout) == 56);

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
  AtomicWord
      history;  ///< CheckedWord: from here on events stay readable although all scrapers have them; none: no such
};

/// A scraper's slot. Free where `used` is 0.
struct ScraperSlot {
  static constexpr std::size_t longest_name = 128;

  AtomicWord used;    ///< hash of the name | 1; written after the others
  AtomicWord cursor;  ///< CheckedWord: up to here everything was delivered, or is lost
  AtomicWord batch;   ///< CheckedWord: the end of the batch in flight; the flag says that the kernel has all of it
  std::uint64_t name_length;
  std::array<char, longest_name> name;
  /// CheckedWord of a number: of the batch that the scraper's own API is asked about; the flag says that the scraper is
  /// calibrated, that is, its API has shown once that it answers for our batches.
  AtomicWord batch_number;
  AtomicWord aside_begin;  ///< CheckedWord: from here, below the cursor, events wait after all; 0 or none: none do
  AtomicWord aside_end;    ///< CheckedWord: up to here; beyond the cursor: the batch in flight begins here
  AtomicWord begin;        ///< CheckedWord: the scraper has got nothing from before this; 0: not known
  std::array<std::byte, 256 - 8 * 8 - longest_name> unused;
};
static_assert(sizeof(ScraperSlot) == 256);

/// An idempotency key, and the event that it came with. Free where `key.high` is 0, which no key has.
struct KeyEntry {
  event::IdempotencyKey key;
  std::uint64_t offset = 0;        ///< where the event's record stands, or stood
  std::uint32_t fingerprint = 0;   ///< of the event
  std::uint32_t unix_seconds = 0;  ///< when

  friend bool operator==(const KeyEntry&, const KeyEntry&) = default;
};
static_assert(sizeof(KeyEntry) == 32);

namespace format {

inline constexpr std::uint64_t in_flight_offset = 4096;
inline constexpr std::uint64_t most_appenders = 64;
inline constexpr std::uint64_t slots_offset = 65536;
inline constexpr std::uint32_t slot_count = 16384;
inline constexpr std::uint64_t key_table_offset = slots_offset + std::uint64_t{slot_count} * sizeof(ScraperSlot);
inline constexpr std::uint64_t default_key_table_size = Layout{}.key_table_size;
inline constexpr std::uint64_t largest_key_table_size = std::uint64_t{32} << 20;
/// Where the ring of a file with the default key table begins.
inline constexpr std::uint64_t default_ring_offset = key_table_offset + default_key_table_size;
static_assert(sizeof(Header) <= in_flight_offset);
static_assert(in_flight_offset + most_appenders * sizeof(event_log::InFlightWord) <= slots_offset);

inline constexpr const char* damaged_header =
    "has a damaged header: move it away to begin with an empty one (what waits in it is then not delivered), or set "
    "storage.path to another file";
inline constexpr const char* foreign_file =
    "is not an event log of this program: set storage.path to another file, or remove this one if nobody needs it";

/// ScraperSlot::used of a scraper with this name.
[[nodiscard]] std::uint64_t used_word(std::string_view name, std::uint64_t salt) noexcept;

[[nodiscard]] std::string too_short_file(std::uint64_t file_size, std::uint64_t right_size);

/// Whether these bytes are the layout of a file that this version can use; or why not, in words that say what to do.
/// `file_size`: of the whole file.
Result<void> check(const Layout& layout, std::uint64_t file_size);

}  // namespace format

inline std::uint64_t Layout::ring_offset() const noexcept { return format::key_table_offset + key_table_size; }

}  // namespace oneshot::storage
