// SPDX-License-Identifier: MIT
//
// A file of version 1 becomes one of version 2: a new file that says the same is made beside it and renamed over it,
// and the old file is only read. So each moment is a good one to be killed at.
//
// Says the same: nothing is decided here. Whole records and words become whole ones, damaged become damaged ones, and
// the in-flight words and the boot id stay as they are. Recovery, which comes next, then finds in the new file what it
// would have found in the old one: holes, damage, batches in flight, an end without order.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "base/crash_point.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "event_log/record.hpp"
#include "storage/disk.hpp"
#include "storage/file.hpp"
#include "storage/format_v1.hpp"

namespace oneshot::storage {
namespace {

using disk::failure;
using disk::message;

/// The file of version 1, mapped to be read.
class OldFile {
 public:
  OldFile(const std::byte* base, event_log::Ring ring) : base_(base), ring_(std::move(ring)) {
    std::memcpy(&layout_, base_, sizeof layout_);
  }
  OldFile(OldFile&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)), layout_(other.layout_), ring_(std::move(other.ring_)) {}
  OldFile& operator=(OldFile&&) = delete;
  ~OldFile() {
    if (base_ != nullptr) ::munmap(const_cast<std::byte*>(base_), v1::ring_offset);
  }

  [[nodiscard]] const v1::Layout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::uint64_t word(std::uint64_t at) const noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, base_ + at, sizeof word);
    return word;
  }
  [[nodiscard]] std::optional<CheckedWord> get(std::uint64_t at) const noexcept {
    return v1::decode(word(at), layout_.salt, at);
  }
  [[nodiscard]] static std::uint64_t place_of_slot(std::uint32_t number) noexcept {
    return format::slots_offset + std::uint64_t{number} * sizeof(v1::Slot);
  }
  [[nodiscard]] const v1::Slot& slot(std::uint32_t number) const noexcept {
    return *std::launder(reinterpret_cast<const v1::Slot*>(base_ + place_of_slot(number)));
  }
  /// The record that begins at `offset` and ends at `end` or before; null where there is none.
  [[nodiscard]] const v1::Record* record(std::uint64_t offset, std::uint64_t end) const noexcept {
    if (end - offset < 8) return nullptr;
    const auto* const record = std::launder(reinterpret_cast<const v1::Record*>(ring_.at(offset)));
    const std::uint64_t size = record->size();
    if (size < 8 || size > end - offset || size % 8 != 0) return nullptr;
    if (!record->is_padding() && record->labels().size() > event_log::Record::max_length) return nullptr;
    return record->checksum == record->right_checksum(layout_.salt, offset) ? record : nullptr;
  }

 private:
  const std::byte* base_;  // everything before the ring
  v1::Layout layout_;
  event_log::Ring ring_;
};

std::optional<std::string_view> name_in(const v1::Slot& slot) {
  if (slot.name_length > slot.name.size()) return std::nullopt;
  const std::string_view name(slot.name.data(), slot.name_length);
  if (slot.used != v1::used_word(name)) return std::nullopt;
  return name;
}

/// Where the words of the header stand, in both versions.
constexpr std::uint64_t skew_words = offsetof(Header, clock_skew_ranges);
constexpr std::uint64_t skew_words_end = skew_words + sizeof(Header::clock_skew_ranges);
static_assert(offsetof(Header, reserved_end) == 128 && skew_words == 184 && skew_words_end == 952);

bool has_whole_header(const OldFile& old) {
  for (const std::uint64_t at : {offsetof(Header, reserved_end), offsetof(Header, hold), offsetof(Header, end),
                                 offsetof(Header, latest_unix_ms), offsetof(Header, skew_ranges)}) {
    if (!old.get(at)) return false;
  }
  const std::uint64_t ranges = old.get(offsetof(Header, skew_ranges))->number();
  if (ranges > Header::max_skew_ranges) return false;
  for (std::uint64_t at = skew_words; at < skew_words + ranges * sizeof(ClockSkewWords); at += 8)
    if (!old.get(at)) return false;
  const auto is_inside = [&](std::uint64_t at) {
    const std::uint64_t offset = old.get(at)->offset;
    return offset == CheckedWord::none || offset <= old.get(offsetof(Header, reserved_end))->offset;
  };
  return old.get(offsetof(Header, reserved_end))->offset != CheckedWord::none && is_inside(offsetof(Header, hold)) &&
         is_inside(offsetof(Header, end));
}

/// Fills the new file.
class Migration {
 public:
  Migration(const OldFile& old, File& made, const event_log::Ring& ring) : old_(old), made_(made), ring_(ring) {}

  void run() {
    copy_header();
    crash_point("migrate.header");
    for (std::uint32_t number = 0; number < format::slot_count; ++number) copy_slot(number);
    crash_point("migrate.slots");
    copy_records();
    crash_point("migrate.records");
  }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  [[nodiscard]] Seed seed() const noexcept { return Seed{old_.layout().salt}; }

  /// A word that is damaged there is so here: a change of one bit is always noticed.
  void copy_word(AtomicWord& to, std::uint64_t from) {
    const auto word = old_.get(from);
    made_.set(to, word.value_or(CheckedWord{}));
    if (!word) to.fetch_xor(1, std::memory_order_relaxed);
  }

  void copy_header() {
    Header& to = made_.header();
    copy_word(to.reserved_end, offsetof(Header, reserved_end));
    copy_word(to.hold, offsetof(Header, hold));
    copy_word(to.end, offsetof(Header, end));
    to.boot_high = old_.word(offsetof(Header, boot_high));
    to.boot_low = old_.word(offsetof(Header, boot_low));
    copy_word(to.latest_unix_ms, offsetof(Header, latest_unix_ms));
    const std::uint64_t ranges = old_.get(offsetof(Header, skew_ranges))->number();
    std::uint64_t from = skew_words;
    for (std::uint64_t i = 0; i < ranges; ++i, from += sizeof(ClockSkewWords)) {
      copy_word(to.clock_skew_ranges[i].begin, from);
      copy_word(to.clock_skew_ranges[i].end, from + 8);
      copy_word(to.clock_skew_ranges[i].ahead_ms, from + 16);
    }
    copy_word(to.skew_ranges, offsetof(Header, skew_ranges));
    std::uint64_t in_flight = format::in_flight_offset;
    for (event_log::InFlightWord& word : made_.in_flight()) {
      word.offset = old_.word(in_flight);
      in_flight += sizeof word;
    }
  }

  void copy_slot(std::uint32_t number) {
    const v1::Slot& from = old_.slot(number);
    if (from.used == 0) return;
    ScraperSlot& to = made_.slots()[number];
    const auto name = name_in(from);
    if (!name) {
      to.used = 1;  // without a name it is a damaged slot
      return;
    }
    to.name_length = name->size();
    std::memcpy(to.name.data(), name->data(), name->size());
    copy_word(to.cursor, OldFile::place_of_slot(number) + offsetof(v1::Slot, cursor));
    copy_word(to.batch, OldFile::place_of_slot(number) + offsetof(v1::Slot, batch));
    made_.set(to.batch_number, CheckedWord::of_number(0));
    to.used = format::used_word(*name, made_.salt());
  }

  /// What recovery may look at: from where the first scraper or the hold stands, or all if one of them is not known.
  [[nodiscard]] std::uint64_t lowest_needed(std::uint64_t end) const {
    std::uint64_t lowest = std::min(old_.get(offsetof(Header, hold))->offset, end);
    for (std::uint32_t number = 0; number < format::slot_count; ++number) {
      if (old_.slot(number).used == 0 || !name_in(old_.slot(number))) continue;
      const auto cursor = old_.get(OldFile::place_of_slot(number) + offsetof(v1::Slot, cursor));
      if (!cursor || cursor->offset > end) return 0;
      lowest = std::min(lowest, cursor->offset);
    }
    return lowest;
  }

  void copy_records() {
    const CheckedWord ended = *old_.get(offsetof(Header, end));
    const std::uint64_t reserved_end = old_.get(offsetof(Header, reserved_end))->offset;
    const std::uint64_t end = ended.offset == CheckedWord::none ? reserved_end : std::min(ended.offset, reserved_end);
    std::uint64_t offset = std::max(lowest_needed(end), end - std::min(end, made_.capacity()));
    while (offset < end) {
      const v1::Record* const record = old_.record(offset, end);
      if (record != nullptr) copy_record(*record, offset);
      offset += record != nullptr ? record->size() : 8;
    }
  }

  void copy_record(const v1::Record& from, std::uint64_t offset) {
    std::byte* const place = ring_.at(offset);
    if (from.is_padding()) return event_log::write_padding_record(place, made_.salt(), offset, from.size());
    const std::string_view labels = from.labels();
    std::uint64_t hash = event_log::series_hash({}, labels, seed());
    if (v1::hash_bytes(labels) != from.series_hash) hash = ~hash;  // its text is damaged, and stays so
    // The flags of events that version 1 knows stand where they stood.
    auto* const record = new (place) event_log::Record{.length_and_flags = from.length_and_flags,
                                                       .checksum = 0,
                                                       .unix_ms = from.unix_ms,
                                                       .value = from.value,
                                                       .series_hash = hash};
    record->write_rest({.labels = labels});
    record->checksum = record->right_checksum(made_.salt(), offset);
    ++records_;
  }

  const OldFile& old_;
  File& made_;
  const event_log::Ring& ring_;
  std::uint64_t records_ = 0;
};

Result<OldFile, Error> open_old(const std::string& path, const UniqueFd& fd, const v1::Layout& layout) {
  auto ring = event_log::Ring::map(fd.get(), v1::ring_offset, layout.capacity, false);
  if (!ring) return failure(path, "cannot be mapped: " + ring.error());
  void* const base = ::mmap(nullptr, v1::ring_offset, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (base == MAP_FAILED) return failure(path, "cannot be mapped: " + message(errno));
  OldFile old(static_cast<const std::byte*>(base), std::move(*ring));
  if (!has_whole_header(old)) return failure(path, format::damaged_header, true);
  return old;
}

Result<v1::Layout, Error> read_old_layout(const std::string& path, const UniqueFd& fd) {
  v1::Layout layout;
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || ::pread(fd.get(), &layout, sizeof layout, 0) != sizeof layout)
    return failure(path, "cannot be read: " + message(errno));
  if (const auto good = v1::check(layout, static_cast<std::uint64_t>(status.st_size)); !good)
    return failure(path, good.error(), true);
  return layout;
}

}  // namespace

Result<File, Error> File::migrated(const std::string& path, const UniqueFd& fd, std::uint64_t key_table_size) {
  const auto old_layout = read_old_layout(path, fd);
  if (!old_layout) return Unexpected{old_layout.error()};
  if (auto fits = check_pages(path, old_layout->capacity); !fits) return Unexpected{std::move(fits.error())};
  const auto old = open_old(path, fd, *old_layout);
  if (!old) return Unexpected{old.error()};

  Layout layout;
  layout.capacity = old_layout->capacity;
  layout.salt = old_layout->salt;
  layout.made_unix_ms = old_layout->made_unix_ms;
  layout.key_table_size = key_table_size;
  Result<File, Error> made =
      make(path, layout, "make room for a second file, which takes the place of the first one, of an older format");
  if (!made) return made;
  crash_point("migrate.begun");
  const auto ring = made->map_ring();
  if (!ring) return Unexpected{ring.error()};
  Migration migration(*old, *made, *ring);
  migration.run();
  if (auto appeared = made->appear(true); !appeared) return Unexpected{std::move(appeared.error())};
  made->is_new_ = false;
  log::info(
      "event log moved to a newer format",
      {{"path", path}, {"version", Layout::current_version}, {"before", v1::version}, {"events", migration.records()}});
  return made;
}

}  // namespace oneshot::storage
