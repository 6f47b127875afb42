// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "event_log/offset.hpp"
#include "storage/scraper_slots.hpp"

namespace oneshot::queue {

/// The startup hold keeps events from the start for a first scraper, which could not be known before: until one has
/// come, and at least for some time. Has no lock: the owner of the table of scrapers guards it.
class StartupHold {
 public:
  /// Begins at the start of the log. `slots`: where it is kept for the next program, or null.
  explicit StartupHold(SteadyTime start, storage::ScraperSlots* slots = nullptr) : slots_(slots), start_(start) {}

  /// As a program before left it, or at the end of what that one has stored.
  void restore(const event_log::Offset& begin);

  /// The oldest place that it keeps; nothing once it is over.
  [[nodiscard]] const std::optional<event_log::Offset>& begin() const noexcept { return begin_; }
  /// How many events it keeps, where the counted ones end at `end`.
  [[nodiscard]] std::uint64_t events(const event_log::Offset& end) const noexcept {
    return begin_ ? end.events - begin_->events : 0;
  }

  /// A first scraper is there, or one more.
  void somebody_came() noexcept { somebody_came_ = true; }
  void end_if_due(SteadyTime now, SteadyTime::duration at_least) noexcept;
  /// The log fills up: the hold yields first, before an event is refused, and before a scraper loses one. It begins at
  /// `target` from now on. False: it does not keep anything before that.
  bool yield_to(const event_log::Offset& target) noexcept;

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(begin_, start_, somebody_came_);
  }

 private:
  void keep() noexcept;

  storage::ScraperSlots* slots_;
  std::optional<event_log::Offset> begin_ = event_log::Offset{};
  SteadyTime start_;
  bool somebody_came_ = false;
};

}  // namespace oneshot::queue
