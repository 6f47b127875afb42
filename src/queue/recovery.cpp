// SPDX-License-Identifier: MIT
#include "queue/recovery.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "queue/record.hpp"

namespace oneshot::queue {
namespace {

constexpr std::uint64_t longest_void = RecordHeader::max_length & ~std::uint64_t{7};

/// The records of the ring, as bytes that may be anything.
class Search {
 public:
  Search(const StorageFile& file, const MappedRing& ring, std::uint64_t end)
      : salt_(file.salt()), ring_(ring), end_(end) {}

  enum class Found : std::uint8_t { nothing, record, torn };
  /// What begins at `position`. A torn record is one of which the text is not what its header says.
  [[nodiscard]] Found at(std::uint64_t position, std::uint64_t& size) const noexcept {
    const std::uint64_t room = end_ - position;
    if (room < 8) return Found::nothing;
    const auto& record = *reinterpret_cast<const RecordHeader*>(ring_.at(position));
    size = record.size();
    if (size < 8 || size > room || size % 8 != 0) return Found::nothing;
    if (record.checksum != record.right_checksum(salt_, position)) return Found::nothing;
    if (record.is_void() || hash_bytes(record.labels()) == record.series_hash) return Found::record;
    return Found::torn;
  }
  /// The next place from `position` on where something begins; the end where nothing does.
  [[nodiscard]] std::uint64_t next(std::uint64_t position) const noexcept {
    std::uint64_t size = 0;
    while (position < end_ && at(position, size) == Found::nothing) position += 8;
    return std::min(position, end_);
  }

 private:
  std::uint64_t salt_;
  const MappedRing& ring_;
  std::uint64_t end_;
};

struct Ends {
  std::uint64_t bound;
  std::optional<std::uint64_t> hold;
  std::optional<std::uint64_t> end;
};

std::optional<Ends> read_ends(const StorageFile& file) {
  const auto bound = file.get(file.header().bound);
  const auto hold = file.get(file.header().hold);
  const auto end = file.get(file.header().end);
  if (!bound || !hold || !end || bound->position == PositionWord::none) return std::nullopt;
  Ends ends{.bound = bound->position, .hold = std::nullopt, .end = std::nullopt};
  if (hold->position != PositionWord::none) ends.hold = hold->position;
  if (end->position != PositionWord::none) ends.end = end->position;
  if (ends.hold.value_or(0) > ends.bound || ends.end.value_or(0) > ends.bound) return std::nullopt;
  return ends;
}

/// False where a word is damaged.
bool read_clock(const StorageFile& file, Recovered& found) {
  const StorageHeader& header = file.header();
  const auto number = [](const std::optional<PositionWord>& word) {
    return static_cast<std::int64_t>(word->position >> 3);
  };
  const auto latest = file.get(header.latest_unix_ms);
  const auto count = file.get(header.stretches);
  if (!latest || !count || count->position >> 3 > StorageHeader::most_stretches) return false;
  found.latest_unix_ms = number(latest);
  for (std::uint64_t i = 0; i < count->position >> 3; ++i) {
    const auto begin = file.get(header.clock_stretches[i].begin);
    const auto end = file.get(header.clock_stretches[i].end);
    const auto ahead = file.get(header.clock_stretches[i].ahead_ms);
    if (!begin || !end || !ahead) return false;
    found.stretches.push_back({.begin = begin->position, .end = end->position, .ahead_ms = number(ahead)});
  }
  return true;
}

/// Scrapers that point to where the log cannot have been are told apart; what counts as delivered moves its cursor.
void read_scrapers(const StorageFile& file, std::uint64_t limit, Recovered& found) {
  found.scrapers = ScraperSlots::read(file, found.damaged_slots);
  for (ScraperSlots::Entry& scraper : found.scrapers) {
    if (scraper.cursor.value_or(limit) > limit) scraper.cursor.reset();
    if (scraper.batch && (scraper.batch->end > limit || scraper.batch->end <= scraper.cursor.value_or(0)))
      scraper.batch.reset();
    if (scraper.batch && scraper.batch->handed_over && scraper.cursor && !found.power_lost) {
      scraper.cursor = scraper.batch->end;
      scraper.batch.reset();
    }
    if (!scraper.cursor) found.damaged_cursors.push_back(scraper.name);
  }
}

std::uint64_t lowest_needed(const Recovered& found) {
  std::uint64_t lowest = found.hold.value_or(found.end);
  for (const ScraperSlots::Entry& scraper : found.scrapers) lowest = std::min(lowest, scraper.cursor.value_or(0));
  return std::min(lowest, found.end);
}

std::uint64_t furthest(const Recovered& found) {
  std::uint64_t furthest = found.hold.value_or(0);
  for (const ScraperSlots::Entry& scraper : found.scrapers) {
    furthest = std::max(furthest, scraper.cursor.value_or(0));
    if (scraper.batch) furthest = std::max(furthest, scraper.batch->end);
  }
  return furthest;
}

/// A thread was killed while it wrote here: nobody was told that this event is stored.
bool was_being_written(const StorageFile& file, const Recovered& found, std::uint64_t from, std::uint64_t to) {
  if (found.in_good_order || found.power_lost) return false;
  return std::ranges::any_of(file.in_flight(), [&](const InFlightWord& word) {
    const std::uint64_t position = word.position;
    return position >= from && position < to;
  });
}

}  // namespace

Result<Recovered, StorageError> recover(const StorageFile& file, const MappedRing& ring, const BootId& now) {
  Recovered found;
  const std::optional<Ends> ends = read_ends(file);
  if (!ends || !read_clock(file, found)) {
    return Failure{
        StorageError{"the event log " + printable(file.path()) + " " + storage_format::damaged_header, true}};
  }
  found.in_good_order = ends->end.has_value();
  found.power_lost = !found.in_good_order && !now.same_as({file.header().boot_high, file.header().boot_low});
  found.end = ends->end.value_or(ends->bound);
  found.hold = ends->hold;
  read_scrapers(file, found.end, found);

  const std::uint64_t oldest = found.end - std::min(found.end, file.capacity());
  const std::uint64_t needed = lowest_needed(found);
  found.begin = std::max(needed, oldest);
  const Search search(file, ring, found.end);
  if (needed < oldest || !found.damaged_cursors.empty()) found.begin = search.next(found.begin);  // overwritten since

  std::uint64_t last = found.begin;  // the end of the last record
  for (std::uint64_t position = found.begin; position < found.end;) {
    std::uint64_t size = 0;
    const Search::Found here = search.at(position, size);
    if (here == Search::Found::record) {
      last = position += size;
      continue;
    }
    const std::uint64_t next = here == Search::Found::torn ? position + size : search.next(position);
    const bool unused = next == found.end && here == Search::Found::nothing && !found.in_good_order;
    if (!unused && !was_being_written(file, found, position, next)) found.damage.push_back({position, next});
    if (!unused) last = next;
    found.holes.push_back({position, next});
    position = next;
  }
  if (!found.in_good_order) {
    found.end = std::max(last, furthest(found));
    while (!found.holes.empty() && found.holes.back().begin >= found.end) found.holes.pop_back();
    if (!found.holes.empty()) found.holes.back().end = std::min(found.holes.back().end, found.end);
  }

  const auto inside = [&](std::uint64_t position) { return std::clamp(position, found.begin, found.end); };
  for (ScraperSlots::Entry& scraper : found.scrapers) {
    scraper.cursor = inside(scraper.cursor.value_or(found.begin));
    if (scraper.batch && scraper.batch->end <= *scraper.cursor) scraper.batch.reset();
  }
  if (found.hold) found.hold = inside(*found.hold);
  return found;
}

void fill_holes(const StorageFile& file, const MappedRing& ring, const Recovered& found) noexcept {
  for (const Recovered::Stretch& hole : found.holes) {
    std::uint64_t size = 0;
    for (std::uint64_t at = hole.begin; at < hole.end; at += size) {
      size = std::min(hole.end - at, longest_void);
      make_void_record(ring.at(at), file.salt(), at, size);
    }
  }
}

}  // namespace oneshot::queue
