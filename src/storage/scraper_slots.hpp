// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/checked_word.hpp"
#include "storage/format.hpp"

namespace oneshot::storage {

class File;

/// Where one scraper's cursor and batch are kept; of one made without a file nothing is. Offsets are multiples of 8.
/// Guarded by the lock of the table that its scraper is in.
class SlotHandle {
 public:
  SlotHandle() = default;

  [[nodiscard]] bool is_kept() const noexcept { return of_ != nullptr; }
  void set_cursor(std::uint64_t offset) const;
  /// See ScraperSlot::begin.
  void set_begin(std::uint64_t offset) const;
  /// The batch in flight ends there. `handed_over`: the kernel has all of it, and will send it whatever becomes of us.
  void set_batch(std::uint64_t end, bool handed_over) const;
  void set_no_batch() const;
  /// See ScraperSlot::aside_begin and aside_end. Each store alone leaves a range that a start can go on with.
  void set_aside_begin(std::uint64_t offset) const;
  void set_aside_end(std::uint64_t offset) const;
  void set_nothing_aside() const;
  /// See ScraperSlot::batch_number.
  void set_batch_number(std::uint64_t number, bool calibrated) const;

 private:
  friend class ScraperSlots;
  SlotHandle(class ScraperSlots& of, std::uint32_t number) : of_(&of), number_(number) {}

  class ScraperSlots* of_ = nullptr;
  std::uint32_t number_ = 0;
};

/// The table of scrapers in the storage file, and beside it the startup hold and the history's mark. Guarded like the
/// slots.
class ScraperSlots {
 public:
  /// What a slot says. A word that is damaged is not there.
  struct Entry {
    std::uint32_t number;
    std::string name;
    std::optional<std::uint64_t> cursor;
    struct Batch {
      std::uint64_t end;
      bool handed_over;
    };
    std::optional<Batch> batch;
    /// Below the cursor: waits after all. Where it ends beyond the cursor, the batch in flight begins there.
    struct Aside {
      std::uint64_t begin;
      std::uint64_t end;
    };
    std::optional<Aside> aside;
    struct BatchNumber {
      std::uint64_t number;
      bool calibrated;
    };
    std::optional<BatchNumber> batch_number;
    std::uint64_t begin = 0;  ///< 0: not known
    bool undecided = false;   ///< the batch's outcome is asked for, and not concluded from `handed_over`
  };

  /// `damaged` slots are free from now on.
  ScraperSlots(File& file, const std::vector<std::uint32_t>& damaged);
  ScraperSlots(const ScraperSlots&) = delete;
  ScraperSlots& operator=(const ScraperSlots&) = delete;

  /// All scrapers in the file. `damaged` becomes the slots that hold something that is no scraper.
  static std::vector<Entry> read(const File& file, std::vector<std::uint32_t>& damaged);
  /// `changed` is called after each change from now on; it must not call back.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }
  [[nodiscard]] SlotHandle place(std::uint32_t number) { return {*this, number}; }

  /// A place for a new scraper; one that keeps nothing where all slots are in use.
  SlotHandle claim(std::string_view name, std::uint64_t cursor);
  void release(const SlotHandle& place);
  /// Where the startup hold stands, or that there is none.
  void set_hold(std::optional<std::uint64_t> offset);
  /// From where on events stay readable although all scrapers have them, or that none do. Not told as a change: it
  /// moves once a second, and where it gets lost the next program keeps a little more, so no flush is worth it.
  void set_history(std::optional<std::uint64_t> offset);

 private:
  friend class SlotHandle;
  [[nodiscard]] ScraperSlot& slot(std::uint32_t number) const noexcept;
  void set(AtomicWord& word, CheckedWord value);

  File& file_;
  std::function<void()> changed_ = [] {};
  std::vector<std::uint32_t> free_;  // the lowest number last
};

}  // namespace oneshot::storage
