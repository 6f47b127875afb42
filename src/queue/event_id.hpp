// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event_log/record_id.hpp"

namespace oneshot::queue {

/// Names one event for the life of its event log, and never another one: its place in the log, and 40 bits of a keyed
/// hash of what stands there, so that neither a log that was made anew nor a place that is used again after a loss of
/// power gives an old id to another event. As text always 24 digits, 0 to 9 and a to f.
struct EventId {
  static constexpr std::size_t digits = 24;

  std::uint64_t place = none;  ///< offset in units of 8 bytes, below 2^56
  std::uint64_t tag = 0;       ///< below 2^40

  static constexpr std::uint64_t none = ~std::uint64_t{0};
  [[nodiscard]] static EventId of(const event_log::RecordId& record) noexcept {
    return {.place = record.offset / 8, .tag = record.tag};
  }
  [[nodiscard]] std::uint64_t offset() const noexcept { return place * 8; }
  [[nodiscard]] bool is_none() const noexcept { return place == none; }
  friend bool operator==(const EventId&, const EventId&) = default;

  /// Writes exactly `digits` characters. Not for none.
  void write(char* to) const noexcept;
  [[nodiscard]] std::string text() const;
  /// Nothing where this is no id. Capital letters are none of ours.
  [[nodiscard]] static std::optional<EventId> parse(std::string_view text) noexcept;
};

}  // namespace oneshot::queue
