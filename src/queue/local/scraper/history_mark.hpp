// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "event_log/offset.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::queue {

/// From here on events stay readable although all scrapers have them. No claim: before an event is refused, or lost, or
/// the startup hold yields, the history does. Has no lock: the owner of the table of scrapers guards it.
class HistoryMark {
 public:
  /// Begins at the start of the log. `slots`: where it is kept for the next program, or null.
  explicit HistoryMark(storage::ScraperSlots* slots = nullptr) noexcept : slots_(slots) {}

  /// With a file, before anything else: where the log that was found begins.
  void restore(const event_log::Offset& begin) {
    begin_.reset();
    set(begin);
  }

  /// Nothing where nothing is kept.
  [[nodiscard]] const std::optional<event_log::Offset>& begin() const noexcept { return begin_; }

  /// It begins there now, or later if it did.
  void yield_to(const event_log::Offset& target) { set(begin_ ? event_log::later(*begin_, target) : target); }
  void end() { set(std::nullopt); }

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(begin_);
  }

 private:
  void set(const std::optional<event_log::Offset>& begin) {
    if (begin == begin_) return;
    begin_ = begin;
    if (slots_ != nullptr) slots_->set_history(begin ? std::optional(begin->bytes) : std::nullopt);
  }

  storage::ScraperSlots* slots_;
  std::optional<event_log::Offset> begin_ = event_log::Offset{};
};

}  // namespace oneshot::queue
