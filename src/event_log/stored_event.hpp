// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "event/event.hpp"

namespace oneshot::event_log {

/// An event as it stands in the log. The views live until the record is overwritten.
struct StoredEvent {
  std::uint64_t offset = 0;
  std::uint64_t series_hash = 0;  ///< equal series have equal hashes; compare `metric` and `labels` for the rest
  std::string_view labels;        ///< as in event::Event
  double value = 1;
  bool value_given = false;
  /// When it was stored; with explicit timestamps unique and ascending in its series, unless its client gave a time.
  std::int64_t unix_ms = 0;
  /// With explicit timestamps: its series had a later time already, from before the clock was set back, so that a
  /// Prometheus that got the later one refuses it.
  bool out_of_order = false;
  std::string_view metric{};  ///< as in event::Event
  /// The time that its client gave; with explicit timestamps moved to where it is unique and ascending in its series.
  std::optional<std::int64_t> sent_unix_ms{};
  std::optional<event::IdempotencyKey> key{};
};

}  // namespace oneshot::event_log
