// SPDX-License-Identifier: MIT
//
// In this order: the words of the header; the scrapers; where the log may begin and end; the records between, and holes
// where there are none; where the log really ends. Nothing is changed in the file.
#include "storage/recovery.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "event_log/record.hpp"

namespace oneshot::storage {
namespace {

/// The records of the ring, as bytes that may be anything.
class Search {
 public:
  Search(const File& file, const event_log::Ring& ring, std::uint64_t end)
      : salt_(file.salt()), ring_(ring), end_(end) {}

  enum class Found : std::uint8_t { nothing, record, torn };
  /// What begins at `offset`. A torn record is one of which the text is not what its header says.
  [[nodiscard]] Found at(std::uint64_t offset, std::uint64_t& size) const noexcept {
    const std::uint64_t room = end_ - offset;
    if (room < 8) return Found::nothing;
    const auto& record = *reinterpret_cast<const event_log::Record*>(ring_.at(offset));
    size = record.size();
    if (size < 8 || size > room || size % 8 != 0) return Found::nothing;
    if (record.checksum != record.right_checksum(salt_, offset)) return Found::nothing;
    return record.is_padding() || record.is_text_whole(Seed{salt_}) ? Found::record : Found::torn;
  }
  /// The next place from `offset` on where something begins; the end where nothing does.
  [[nodiscard]] std::uint64_t next(std::uint64_t offset) const noexcept {
    std::uint64_t size = 0;
    while (offset < end_ && at(offset, size) == Found::nothing) offset += 8;
    return std::min(offset, end_);
  }

 private:
  std::uint64_t salt_;
  const event_log::Ring& ring_;
  std::uint64_t end_;
};

struct Ends {
  std::uint64_t reserved_end;
  std::optional<std::uint64_t> hold;
  std::optional<std::uint64_t> history;
  std::optional<std::uint64_t> end;
};

/// Nothing where a word is damaged.
std::optional<Ends> read_ends(const File& file) {
  const auto reserved_end = file.get(file.header().reserved_end);
  const auto hold = file.get(file.header().hold);
  const auto history = file.get(file.header().history);
  const auto end = file.get(file.header().end);
  if (!reserved_end || !hold || !history || !end || reserved_end->offset == CheckedWord::none) return std::nullopt;
  const auto if_any = [](CheckedWord word) {
    return word.offset == CheckedWord::none ? std::nullopt : std::optional(word.offset);
  };
  const Ends ends{
      .reserved_end = reserved_end->offset, .hold = if_any(*hold), .history = if_any(*history), .end = if_any(*end)};
  for (const auto& word : {ends.hold, ends.history, ends.end})
    if (word.value_or(0) > ends.reserved_end) return std::nullopt;
  return ends;
}

/// False where a word is damaged.
bool read_clock(const File& file, Recovered& found) {
  const Header& header = file.header();
  const auto number = [](const std::optional<CheckedWord>& word) { return static_cast<std::int64_t>(word->number()); };
  const auto latest = file.get(header.latest_unix_ms);
  const auto count = file.get(header.skew_ranges);
  if (!latest || !count || count->number() > Header::max_skew_ranges) return false;
  found.latest_unix_ms = number(latest);
  for (std::uint64_t i = 0; i < count->number(); ++i) {
    const auto begin = file.get(header.clock_skew_ranges[i].begin);
    const auto end = file.get(header.clock_skew_ranges[i].end);
    const auto ahead = file.get(header.clock_skew_ranges[i].ahead_ms);
    if (!begin || !end || !ahead) return false;
    found.skew_ranges.push_back({.begin = begin->offset, .end = end->offset, .ahead_ms = number(ahead)});
  }
  return true;
}

/// What is set aside lies below the cursor, once no batch is in flight.
void fit_aside(ScraperSlots::Entry& scraper) {
  if (!scraper.aside) return;
  scraper.aside->end = std::min(scraper.aside->end, *scraper.cursor);
  if (scraper.aside->end <= scraper.aside->begin) scraper.aside.reset();
}

/// Drops what points to where the log cannot have been, and batches that are below what was delivered.
void check_places(ScraperSlots::Entry& scraper, std::uint64_t limit) {
  if (scraper.cursor.value_or(limit) > limit) scraper.cursor.reset();
  if (!scraper.cursor) scraper.aside.reset();
  const std::uint64_t lowest = scraper.aside ? scraper.aside->begin : scraper.cursor.value_or(limit);
  if (scraper.batch && (scraper.batch->end > limit || scraper.batch->end <= lowest)) scraper.batch.reset();
  // Between what is set aside and the cursor all was delivered.
  if (scraper.batch && scraper.aside && scraper.batch->end > scraper.aside->end &&
      scraper.batch->end <= *scraper.cursor)
    scraper.batch.reset();
}

/// The batch is in flight no more. One that was delivered moves the cursor, or the begin of what is set aside.
void settle(ScraperSlots::Entry& scraper, bool delivered) {
  if (scraper.batch && delivered) {
    (scraper.batch->end > *scraper.cursor ? *scraper.cursor : scraper.aside->begin) = scraper.batch->end;
    scraper.batch.reset();
  }
  fit_aside(scraper);
}

/// Notes scrapers whose cursors are damaged.
void read_scrapers(const File& file, const std::vector<std::string>& confirmed, std::uint64_t limit, Recovered& found) {
  found.scrapers = ScraperSlots::read(file, found.damaged_slots);
  for (ScraperSlots::Entry& scraper : found.scrapers) {
    check_places(scraper, limit);
    if (!scraper.cursor) {
      scraper.batch.reset();
      found.damaged_cursors.push_back(scraper.name);
      continue;
    }
    const bool has_number = scraper.batch_number && scraper.batch_number->number > 0;
    scraper.undecided = scraper.batch && has_number && std::ranges::find(confirmed, scraper.name) != confirmed.end();
    if (!scraper.undecided) settle(scraper, scraper.batch && scraper.batch->handed_over && !found.power_lost);
  }
}

/// The oldest place that this scraper needs.
std::uint64_t lowest_of(const ScraperSlots::Entry& scraper) {
  return std::min(scraper.aside ? scraper.aside->begin : scraper.cursor.value_or(0), scraper.cursor.value_or(0));
}

/// The history not.
std::uint64_t lowest_needed(const Recovered& found) {
  std::uint64_t lowest = found.hold.value_or(found.end);
  for (const ScraperSlots::Entry& scraper : found.scrapers) lowest = std::min(lowest, lowest_of(scraper));
  return std::min(lowest, found.end);
}

std::uint64_t furthest(const Recovered& found) {
  std::uint64_t furthest = std::max(found.hold.value_or(0), found.history.value_or(0));
  for (const ScraperSlots::Entry& scraper : found.scrapers) {
    furthest = std::max(furthest, scraper.cursor.value_or(0));
    if (scraper.batch) furthest = std::max(furthest, scraper.batch->end);
  }
  return furthest;
}

/// A thread was killed while it wrote here: nobody was told that this event is stored.
bool was_being_written(const File& file, const Recovered& found, std::uint64_t from, std::uint64_t to) {
  if (found.in_good_order || found.power_lost) return false;
  return std::ranges::any_of(file.in_flight(),
                             [&](const event_log::InFlightWord& word) { return word.was_writing_in(from, to); });
}

/// Where the log may begin: the oldest place that somebody needs, or where the oldest record is that was not
/// overwritten.
void find_begin(const File& file, const Search& search, Recovered& found) {
  const std::uint64_t oldest = found.end - std::min(found.end, file.capacity());
  found.needed = lowest_needed(found);
  const std::uint64_t wanted = std::min(found.needed, found.history.value_or(found.end));
  found.begin = std::max(wanted, oldest);
  if (wanted < oldest || !found.damaged_cursors.empty()) found.begin = search.next(found.begin);  // overwritten since
}

/// Notes holes and damage from the begin to the end. Returns the end of the last record, or of the last hole that held
/// one.
std::uint64_t walk(const File& file, const Search& search, Recovered& found) {
  std::uint64_t last = found.begin;
  std::uint64_t needed = found.begin;
  for (std::uint64_t offset = found.begin; offset < found.end;) {
    if (offset <= found.needed) needed = offset;
    std::uint64_t size = 0;
    const Search::Found here = search.at(offset, size);
    if (here == Search::Found::record) {
      last = offset += size;
      continue;
    }
    const std::uint64_t next = here == Search::Found::torn ? offset + size : search.next(offset);
    const bool unused = next == found.end && here == Search::Found::nothing && !found.in_good_order;
    if (!unused && !was_being_written(file, found, offset, next)) found.damage.push_back({offset, next});
    if (!unused) last = next;
    found.holes.push_back({offset, next});
    offset = next;
  }
  found.needed = found.needed >= found.end ? found.end : needed;
  return last;
}

/// After an end that was not in good order: behind the last record, or where the furthest scraper stands.
void find_end(std::uint64_t last, Recovered& found) {
  if (found.in_good_order) return;
  found.end = std::max(last, furthest(found));
  while (!found.holes.empty() && found.holes.back().begin >= found.end) found.holes.pop_back();
  if (!found.holes.empty()) found.holes.back().end = std::min(found.holes.back().end, found.end);
}

/// Brings all places into the log that was found.
void fit_places(Recovered& found) {
  const auto inside = [&](std::uint64_t offset) { return std::clamp(offset, found.begin, found.end); };
  for (ScraperSlots::Entry& scraper : found.scrapers) {
    scraper.cursor = inside(scraper.cursor.value_or(found.begin));
    if (scraper.aside) scraper.aside = {.begin = inside(scraper.aside->begin), .end = inside(scraper.aside->end)};
    check_places(scraper, found.end);
    if (scraper.undecided && scraper.batch) continue;
    scraper.undecided = false;
    settle(scraper, false);
  }
  if (found.hold) found.hold = inside(*found.hold);
  if (found.history) found.history = inside(*found.history);
  found.needed = inside(found.needed);
}

}  // namespace

Result<Recovered, Error> recover(const File& file, const event_log::Ring& ring, const BootId& now,
                                 const std::vector<std::string>& confirmed) {
  Recovered found;
  const std::optional<Ends> ends = read_ends(file);
  if (!ends || !read_clock(file, found))
    return Unexpected{Error{"the event log " + printable(file.path()) + " " + format::damaged_header, true}};
  found.in_good_order = ends->end.has_value();
  found.power_lost = !found.in_good_order && !now.same_as({file.header().boot_high, file.header().boot_low});
  found.end = ends->end.value_or(ends->reserved_end);
  found.hold = ends->hold;
  found.history = ends->history;
  read_scrapers(file, confirmed, found.end, found);
  const Search search(file, ring, found.end);
  find_begin(file, search, found);
  find_end(walk(file, search, found), found);
  fit_places(found);
  return found;
}

void let_go_of_history(Recovered& found) {
  found.begin = found.needed;
  if (found.history) found.history = std::max(*found.history, found.begin);
  const auto is_before = [&](const Recovered::Range& range) { return range.end <= found.begin; };
  std::erase_if(found.holes, is_before);
  std::erase_if(found.damage, is_before);
}

void fill_holes(const File& file, const event_log::Ring& ring, const Recovered& found) noexcept {
  for (const Recovered::Range& hole : found.holes) {
    std::uint64_t size = 0;
    for (std::uint64_t at = hole.begin; at < hole.end; at += size) {
      size = std::min<std::uint64_t>(hole.end - at, event_log::Record::max_padding);
      event_log::write_padding_record(ring.at(at), file.salt(), at, size);
    }
  }
}

}  // namespace oneshot::storage
