// SPDX-License-Identifier: MIT
#include "queue/storage.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace oneshot::queue {
namespace {

// Each step is a flush, which a slow disk takes its time for; but a start after a kill searches as far.
constexpr std::uint64_t longest_step = 16ull << 20;

PositionWord number(std::int64_t value) {
  return {.position = static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)) << 3};
}

/// The file with another capacity in the place of this one. What is known of it stays true: positions do not change.
Result<StorageFile, StorageError> with_capacity(const StorageFile& file, std::uint64_t capacity, const MappedRing& ring,
                                                const Recovered& found) {
  const auto mib = [](std::uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20); };
  const std::uint64_t waiting = found.end - found.begin;
  if (waiting > capacity) {
    return Failure{StorageError{"the event log " + printable(file.path()) + " holds " + mib(waiting) +
                                    " MiB that wait for scrapers, more than storage.capacity_mib = " + mib(capacity) +
                                    ": set it to " + mib(waiting) + " or more (it was " + mib(file.capacity()) + ")",
                                true}};
  }
  fill_holes(file, ring, found);
  auto resized = file.resized(capacity, ring, found.begin, found.end);
  if (resized) {
    log::info("the event log has another capacity now",
              {{"path", file.path()}, {"capacity_mib", mib(capacity)}, {"before_mib", mib(file.capacity())}});
  }
  return resized;
}

}  // namespace

Result<std::unique_ptr<Storage>, StorageError> Storage::open(const std::string& path, std::uint64_t capacity,
                                                             std::int64_t now_unix_ms) {
  auto file = StorageFile::open(path, capacity, now_unix_ms);
  if (!file) return Failure{std::move(file.error())};
  auto ring = file->map_ring();
  if (!ring) return Failure{std::move(ring.error())};
  auto found = recover(*file, *ring, BootId::current());
  if (!found) return Failure{std::move(found.error())};
  if (file->capacity() == capacity) {
    fill_holes(*file, *ring, *found);
    return std::unique_ptr<Storage>(new Storage(std::move(*file), std::move(*ring), std::move(*found)));
  }

  auto other = with_capacity(*file, capacity, *ring, *found);
  if (!other) return Failure{std::move(other.error())};
  auto other_ring = other->map_ring();
  if (!other_ring) return Failure{std::move(other_ring.error())};
  return std::unique_ptr<Storage>(new Storage(std::move(*other), std::move(*other_ring), std::move(*found)));
}

Storage::Storage(StorageFile file, MappedRing ring, Recovered found)
    : file_(std::move(file)), ring_(std::make_unique<MappedRing>(std::move(ring))), found_(std::move(found)) {}

MappedRing Storage::take_ring() { return std::move(*std::exchange(ring_, nullptr)); }

Result<std::uint64_t, StorageError> Storage::begin() {
  slots_ = std::make_unique<ScraperSlots>(file_, found_.damaged_slots);
  // What was found out about batches is said before the boot id that it was found out by is gone.
  for (const ScraperSlots::Entry& scraper : found_.scrapers) {
    const ScraperPlace place = slots_->place(scraper.number);
    place.set_cursor(*scraper.cursor);
    place.set_no_batch();
  }
  crash_point("open.settled");
  StorageHeader& header = file_.header();
  const BootId boot = BootId::current();
  for (InFlightWord& word : file_.in_flight()) word.position.store(InFlightWord::idle, std::memory_order_relaxed);
  const std::uint64_t bound = std::min(found_.end + step(), found_.begin + capacity());
  header.boot_high.store(boot.high, std::memory_order_release);
  header.boot_low.store(boot.low, std::memory_order_release);
  file_.set(header.bound, {.position = bound});
  // Last: from here on the end is searched for. What was filled and what is said here must not be lost any more.
  file_.set(header.end, {});
  if (const int error = file_.flush(); error != 0) {
    return Failure{StorageError{"the event log " + printable(path()) +
                                " cannot be written: " + std::generic_category().message(error)}};
  }
  crash_point("open.begun");
  return bound;
}

std::uint64_t Storage::step() const noexcept { return std::min(longest_step, capacity() / 16); }

void Storage::raise_bound(std::uint64_t tail, std::uint64_t needed, std::uint64_t most, EventLog& log) {
  const std::lock_guard lock(raising_);
  const std::uint64_t bound = log.bound();
  const std::uint64_t wanted = std::min(std::max(tail, needed) + step(), most);
  const bool done_by_another = bound >= needed && tail < raise_at(bound);
  if (wanted <= bound || done_by_another) return;
  file_.set(file_.header().bound, {.position = wanted});
  crash_point("bound.stored");
  if (!failed()) {
    if (const int error = file_.flush_header(); error != 0) fail(error, "msync");
  }
  crash_point("bound.flushed");
  log.raise_bound(wanted);
}

bool Storage::flush() {
  if (failed()) return false;
  crash_point("flush.before");
  if (const int error = file_.flush(); error != 0) {
    fail(error, "fdatasync");
    return false;
  }
  crash_point("flush.after");
  return true;
}

void Storage::fail(int error, const char* what) {
  if (failed_.exchange(true, std::memory_order_acq_rel)) return;
  log::error(
      "the event log cannot be made durable, and nothing can be told to be until the next start: see to the disk, and "
      "restart the server",
      {{"path", path()}, {"call", what}, {"reason", std::generic_category().message(error)}});
}

void Storage::note_clock(std::int64_t unix_ms) noexcept { file_.set(file_.header().latest_unix_ms, number(unix_ms)); }

void Storage::note_stretches(const std::vector<ClockSteps::Stretch>& stretches) noexcept {
  StorageHeader& header = file_.header();
  const std::size_t count = std::min(stretches.size(), StorageHeader::most_stretches);
  for (std::size_t i = 0; i < count; ++i) {
    const ClockSteps::Stretch& stretch = stretches[stretches.size() - count + i];  // the latest, if they are too many
    file_.set(header.clock_stretches[i].begin, {.position = stretch.begin});
    file_.set(header.clock_stretches[i].end, {.position = stretch.end});
    file_.set(header.clock_stretches[i].ahead_ms, number(stretch.ahead_ms));
  }
  file_.set(header.stretches, number(static_cast<std::int64_t>(count)));
}

void Storage::end(std::uint64_t tail) {
  if (!flush()) return;
  crash_point("stop.flushed");
  file_.set(file_.header().end, {.position = tail});
  crash_point("stop.ended");
  flush();
}

}  // namespace oneshot::queue
