// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "event_log/clock_steps.hpp"
#include "event_log/event_log.hpp"
#include "storage/file.hpp"
#include "storage/recovery.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::storage {

/// A storage file in use: its reserved end, its words for the log as a whole, the table of scrapers, and whether the
/// disk still works. Any thread, except where a function says otherwise.
class Store {
 public:
  /// Opens or makes the file, finds what is in it, and changes its version and its sizes where these are others.
  /// Nothing in it is altered but that, until begin(). `confirmed`: see recover().
  static Result<std::unique_ptr<Store>, Error> open(const std::string& path, const File::Sizes& sizes,
                                                    std::int64_t now_unix_ms,
                                                    const std::vector<std::string>& confirmed = {});

  [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
  [[nodiscard]] const Recovered& found() const noexcept { return found_; }
  [[nodiscard]] bool is_new() const noexcept { return file_.is_new(); }
  [[nodiscard]] std::uint64_t salt() const noexcept { return file_.salt(); }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return file_.capacity(); }
  [[nodiscard]] std::span<event_log::InFlightWord> in_flight() const noexcept { return file_.in_flight(); }
  /// See key_entries.hpp: a start, and a change of the sizes, keep the table.
  [[nodiscard]] std::span<KeyEntry> key_table() const noexcept { return file_.key_table(); }
  /// After the tables were read from the first entry to the last.
  void forget_table_pages() const noexcept { file_.forget_table_pages(); }
  /// For the log, which begins where begin() says; once.
  [[nodiscard]] event_log::Ring take_ring();

  /// From now on the file is in use, with a log that ends at found().end. Returns the first reserved end.
  Result<std::uint64_t, Error> begin();
  /// For the holder of the table's lock, once in use.
  [[nodiscard]] ScraperSlots& slots() noexcept { return *slots_; }

  /// Raises the reserved end of the log, which ends at `tail`, to `needed` or beyond, but not beyond `most`: what waits
  /// stays within the capacity behind it. Durable when this returns, unless the storage has failed.
  void raise_reserved_end(std::uint64_t tail, std::uint64_t needed, std::uint64_t most, event_log::EventLog& log);
  /// The reserved end is to be raised when the log gets here.
  [[nodiscard]] std::uint64_t raise_at(std::uint64_t reserved_end) const noexcept {
    return reserved_end - std::min(reserved_end, step() / 2);
  }

  /// Makes durable what was written before. False: the storage has failed, which stays so: a later success would say
  /// nothing about what was lost.
  bool flush();
  /// Looks whether the file is still where the next start will look for it. If not, the storage has failed. Cheap
  /// enough for once a second.
  void check_place();
  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }

  /// What the clock says, once a second while something happens.
  void note_clock(std::int64_t unix_ms) noexcept;
  /// For the holder of the table's lock.
  void note_skew_ranges(const std::vector<event_log::ClockSteps::Range>& skew_ranges) noexcept;

  /// The log has ended at `tail`, and nobody uses the file any more.
  void end(std::uint64_t tail);

 private:
  Store(File file, event_log::Ring ring, Recovered found);
  [[nodiscard]] std::uint64_t step() const noexcept;
  void fail(int error, const char* what);

  File file_;
  std::unique_ptr<event_log::Ring> ring_;
  Recovered found_;
  std::unique_ptr<ScraperSlots> slots_;
  std::mutex raising_;
  std::atomic<bool> failed_{false};
};

}  // namespace oneshot::storage
