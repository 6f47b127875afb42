// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "event_log/offset.hpp"

namespace oneshot::queue {

/// Where records begin, with the number of events before them: so that a reader gets near the end of the log, or to a
/// place in its middle, without a walk from the head. One place for every 64 KiB of the log, for each 64th of a small
/// one, for each 4,096th of a large one: some 16 KiB for a log of 64 MiB, 64 KiB at most. Has no lock: its owner
/// guards it.
class PlaceIndex {
 public:
  void set_capacity(std::uint64_t capacity) noexcept {
    step_ = std::max(std::min(usual_step, capacity / fewest_places), capacity / most_places);
  }

  /// A record begins here, or will, behind the places that were noted before. Kept where the last one is far enough.
  void note(const event_log::Offset& place) {
    if (places_.empty() || place.bytes >= places_.back().bytes + step_) places_.push_back(place);
  }
  void forget_before(std::uint64_t bytes) noexcept {
    while (!places_.empty() && places_.front().bytes < bytes) places_.pop_front();
  }

  /// The last place at or before `bytes`, or `none`.
  [[nodiscard]] event_log::Offset last_before(std::uint64_t bytes, const event_log::Offset& none) const noexcept {
    const auto behind = std::ranges::upper_bound(places_, bytes, {}, &event_log::Offset::bytes);
    return behind == places_.begin() ? none : *(behind - 1);
  }
  /// The last place of which `is_before` says so, as of all before it, or `none` where that one is later.
  template <std::predicate<const event_log::Offset&> IsBefore>
  [[nodiscard]] event_log::Offset last_where(const event_log::Offset& none, IsBefore is_before) const noexcept {
    const auto behind = std::ranges::partition_point(places_, is_before);
    return behind == places_.begin() ? none : event_log::later(none, *(behind - 1));
  }
  /// The first place at or behind `bytes`, or `none`.
  [[nodiscard]] event_log::Offset first_from(std::uint64_t bytes, const event_log::Offset& none) const noexcept {
    const auto found = std::ranges::lower_bound(places_, bytes, {}, &event_log::Offset::bytes);
    return found == places_.end() ? none : *found;
  }

  /// Shows what it is made of, in one order, to what writes that down or reads it: see cluster/archive.hpp.
  template <class Archive>
  void state(Archive& archive) {
    archive(step_, places_);
  }

 private:
  static constexpr std::uint64_t usual_step = 64 << 10;
  static constexpr std::uint64_t fewest_places = 64;
  static constexpr std::uint64_t most_places = 4096;

  std::uint64_t step_ = usual_step;
  std::deque<event_log::Offset> places_;  // ascending
};

}  // namespace oneshot::queue
