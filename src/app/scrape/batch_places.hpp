// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "queue/local/delivery.hpp"

namespace oneshot::app {

/// So many events are read from the log at once, and what is looked up for them is fetched meanwhile.
using EventBlock = std::array<event_log::StoredEvent, 64>;

/// The events of a batch as an event::SeriesIndex knows them: by their distance from its begin in units of 8 bytes, of
/// which every position is a multiple. Asked for the labels at a place, it is that index's `labels_at`. The Reading
/// must outlive it.
class EventPlaces {
 public:
  explicit EventPlaces(const queue::Reading& events) : events_(events) {}

  [[nodiscard]] std::uint32_t of(const event_log::StoredEvent& event) const {
    return static_cast<std::uint32_t>((event.offset - events_.begin()) / unit);
  }
  [[nodiscard]] std::string_view operator()(std::uint32_t place) const {
    return events_.at(events_.begin() + place * unit).labels;
  }

 private:
  static constexpr std::uint64_t unit = 8;

  const queue::Reading& events_;
};

}  // namespace oneshot::app
