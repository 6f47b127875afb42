// SPDX-License-Identifier: MIT
//
// The order of stores, which makes each moment a good one to be killed at: what recovery found out is written before
// the boot id by which it was found out is replaced; the header says "in use" (no `end`) last at the start, and `end`
// last at the stop, each after a flush; `reserved_end` is durable before the log gets there.
#include "storage/store.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace oneshot::storage {
namespace {

// Each step is a flush, which a slow disk takes its time for; but a start after a kill searches as far.
constexpr std::uint64_t longest_step = 16ull << 20;

std::uint64_t step_of(std::uint64_t capacity) noexcept { return std::min(longest_step, capacity / 16); }

CheckedWord number(std::int64_t value) {
  return CheckedWord::of_number(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)));
}

/// The file with other sizes in the place of this one. What is known of it stays true: offsets do not change.
Result<File, Error> with_sizes(const File& file, const File::Sizes& sizes, const event_log::Ring& ring,
                               const Recovered& found) {
  const auto mib = [](std::uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20); };
  const auto keys = [](const File::Sizes& of) { return of.key_table / sizeof(KeyEntry); };
  const std::uint64_t waiting = found.end - found.begin;
  if (waiting > sizes.capacity) {
    return Unexpected{Error{"the event log " + printable(file.path()) + " holds " + mib(waiting) +
                                " MiB that wait for scrapers, more than storage.capacity_mib = " + mib(sizes.capacity) +
                                ": set it to " + mib(waiting) + " or more (it was " + mib(file.capacity()) + ")",
                            true}};
  }
  fill_holes(file, ring, found);
  auto resized = file.resized(sizes, ring, found.begin, found.end);
  if (!resized) return resized;
  const File::Sizes before = file.sizes();
  if (before.capacity != sizes.capacity)
    log::info("the event log has another capacity now",
              {{"path", file.path()}, {"capacity_mib", mib(sizes.capacity)}, {"before_mib", mib(before.capacity)}});
  if (before.key_table != sizes.key_table)
    log::info("the event log has room for another number of idempotency keys now",
              {{"path", file.path()}, {"keys", keys(sizes)}, {"before", keys(before)}});
  return resized;
}

}  // namespace

Result<std::unique_ptr<Store>, Error> Store::open(const std::string& path, const File::Sizes& sizes,
                                                  std::int64_t now_unix_ms, const std::vector<std::string>& confirmed) {
  auto file = File::open(path, sizes, now_unix_ms);
  if (!file) return Unexpected{std::move(file.error())};
  auto ring = file->map_ring();
  if (!ring) return Unexpected{std::move(ring.error())};
  auto found = recover(*file, *ring, BootId::current(), confirmed);
  if (!found) return Unexpected{std::move(found.error())};
  // What it keeps must not cost the first events a flush of the header, nor a smaller log its start.
  if (found->end - found->begin > sizes.capacity - step_of(sizes.capacity)) let_go_of_history(*found);
  if (file->sizes() == sizes) {
    fill_holes(*file, *ring, *found);
    return std::unique_ptr<Store>(new Store(std::move(*file), std::move(*ring), std::move(*found)));
  }

  auto other = with_sizes(*file, sizes, *ring, *found);
  if (!other) return Unexpected{std::move(other.error())};
  auto other_ring = other->map_ring();
  if (!other_ring) return Unexpected{std::move(other_ring.error())};
  return std::unique_ptr<Store>(new Store(std::move(*other), std::move(*other_ring), std::move(*found)));
}

Store::Store(File file, event_log::Ring ring, Recovered found)
    : file_(std::move(file)), ring_(std::make_unique<event_log::Ring>(std::move(ring))), found_(std::move(found)) {}

event_log::Ring Store::take_ring() { return std::move(*std::exchange(ring_, nullptr)); }

Result<std::uint64_t, Error> Store::begin() {
  slots_ = std::make_unique<ScraperSlots>(file_, found_.damaged_slots);
  // What was found out about batches is said before the boot id that it was found out by is gone.
  for (const ScraperSlots::Entry& scraper : found_.scrapers) {
    if (scraper.undecided) continue;
    const SlotHandle place = slots_->place(scraper.number);
    place.set_cursor(*scraper.cursor);
    if (scraper.aside) {
      place.set_aside_begin(scraper.aside->begin);
      place.set_aside_end(scraper.aside->end);
    } else {
      place.set_nothing_aside();
    }
    place.set_no_batch();
  }
  crash_point("open.settled");
  Header& header = file_.header();
  const BootId boot = BootId::current();
  for (event_log::InFlightWord& word : file_.in_flight()) {
    word.offset.store(event_log::InFlightWord::idle, std::memory_order_relaxed);
    word.batch_end.store(0, std::memory_order_relaxed);
  }
  const std::uint64_t reserved_end = std::min(found_.end + step(), found_.begin + capacity());
  header.boot_high.store(boot.high, std::memory_order_release);
  header.boot_low.store(boot.low, std::memory_order_release);
  file_.set(header.reserved_end, {.offset = reserved_end});
  // Last: from here on the end is searched for. What was filled and what is said here must not be lost any more.
  file_.set(header.end, {});
  if (const int error = file_.flush(); error != 0) {
    return Unexpected{
        Error{"the event log " + printable(path()) + " cannot be written: " + std::generic_category().message(error)}};
  }
  crash_point("open.begun");
  return reserved_end;
}

std::uint64_t Store::step() const noexcept { return step_of(capacity()); }

void Store::raise_reserved_end(std::uint64_t tail, std::uint64_t needed, std::uint64_t most, event_log::EventLog& log) {
  const std::lock_guard lock(raising_);
  const std::uint64_t reserved_end = log.reserved_end();
  const std::uint64_t wanted = std::min(std::max(tail, needed) + step(), most);
  const bool done_by_another = reserved_end >= needed && tail < raise_at(reserved_end);
  if (wanted <= reserved_end || done_by_another) return;
  file_.set(file_.header().reserved_end, {.offset = wanted});
  crash_point("reserved_end.stored");
  if (!failed()) {
    if (const int error = file_.flush_header(); error != 0) fail(error, "msync");
  }
  crash_point("reserved_end.flushed");
  log.raise_reserved_end(wanted);
}

bool Store::flush() {
  if (failed()) return false;
  crash_point("flush.before");
  if (const int error = file_.flush(); error != 0) {
    fail(error, "fdatasync");
    return false;
  }
  crash_point("flush.after");
  return true;
}

void Store::fail(int error, const char* what) {
  if (failed_.exchange(true, std::memory_order_acq_rel)) return;
  log::error(
      "the event log cannot be made durable, and nothing will be until the next start: see to the disk, and "
      "restart the server",
      {{"path", path()}, {"call", what}, {"reason", std::generic_category().message(error)}});
}

void Store::check_place() {
  if (!file_.is_gone() || failed_.exchange(true, std::memory_order_acq_rel)) return;
  log::error(
      "the event log was deleted or replaced: events that wait are delivered while the server runs, and lost when it "
      "ends; restart the server for a new event log",
      {{"path", path()}});
}

void Store::note_clock(std::int64_t unix_ms) noexcept { file_.set(file_.header().latest_unix_ms, number(unix_ms)); }

void Store::note_skew_ranges(const std::vector<event_log::ClockSteps::Range>& skew_ranges) noexcept {
  Header& header = file_.header();
  const std::size_t count = std::min(skew_ranges.size(), Header::max_skew_ranges);
  for (std::size_t i = 0; i < count; ++i) {
    const event_log::ClockSteps::Range& stretch =
        skew_ranges[skew_ranges.size() - count + i];  // the latest, if they are too many
    file_.set(header.clock_skew_ranges[i].begin, {.offset = stretch.begin});
    file_.set(header.clock_skew_ranges[i].end, {.offset = stretch.end});
    file_.set(header.clock_skew_ranges[i].ahead_ms, number(stretch.ahead_ms));
  }
  file_.set(header.skew_ranges, number(static_cast<std::int64_t>(count)));
}

void Store::end(std::uint64_t tail) {
  if (!flush()) return;
  crash_point("stop.flushed");
  file_.set(file_.header().end, {.offset = tail});
  crash_point("stop.ended");
  flush();
}

}  // namespace oneshot::storage
