// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "app/context.hpp"
#include "app/ingest/reading/events_reader.hpp"
#include "app/ingest/storing/stored_series.hpp"
#include "app/own_metrics/hook_counters.hpp"
#include "http/reply.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// The answer that the events of a request are in the log, which may have to wait until the reader is gone:
/// `{"stored":98,"duplicates":2,"ids":["…"]}`, or without a body for a single event.
class EventsAnswer {
 public:
  EventsAnswer(const queue::StoredAll& all, const EventsReader& reader);

  /// Counts the events, and says so.
  [[nodiscard]] http::Reply give(Context& context, const StoredSeries& series) const;
  /// Whether the hook that maps CloudEvents made the events.
  [[nodiscard]] bool by_hook() const noexcept { return ignored_.has_value(); }

 private:
  std::size_t stored_;
  std::size_t duplicates_;
  unsigned retry_after_seconds_;
  std::optional<std::size_t> ignored_;
  queue::EventId id_;  // of a single event
  std::string body_;
};

/// Of the hook that maps CloudEvents.
void count_cloud_events(Context& context, HookOutcome outcome, std::size_t count = 1);

}  // namespace oneshot::app
