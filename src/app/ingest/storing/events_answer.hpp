// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "app/ingest/reading/events_reader.hpp"
#include "app/ingest/storing/stored_series.hpp"
#include "app/own_metrics/hook_counters.hpp"
#include "event/event.hpp"
#include "http/reply.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// The answer that the events of a request are in the log, which may have to wait until the reader is gone:
/// `{"stored":98,"duplicates":2,"ids":["…"]}`, or without a body for a single event.
class EventsAnswer {
 public:
  explicit EventsAnswer(const EventsReader& reader);
  /// Where what becomes of the events is known only later: of Context::batch as it is now.
  void remember_numbers(const Context& context);

  /// Counts the events, and says so. `all`: what became of them.
  [[nodiscard]] http::Reply give(Context& context, const queue::StoredAll& all, const StoredSeries& series);
  /// Why none of them is stored.
  [[nodiscard]] event::Rejection why_none(const queue::StoredAll& all) const;
  /// Whether the hook that maps CloudEvents made the events.
  [[nodiscard]] bool by_hook() const noexcept { return ignored_.has_value(); }
  /// Whether one of them may be refused without the others.
  [[nodiscard]] bool each_alone() const noexcept { return partial_ || by_hook(); }

 private:
  [[nodiscard]] std::string summary(const queue::StoredAll& all, std::size_t duplicates) const;
  void refuse_reused(Context& context, const queue::StoredAll& all);

  bool single_;
  bool partial_;
  std::string noun_;
  std::optional<std::size_t> ignored_;
  RefusedEvents refused_;
  std::vector<std::size_t> numbers_;  // of each event, as the client counts; none where no message needs them
};

/// Of the hook that maps CloudEvents.
void count_cloud_events(Context& context, HookOutcome outcome, std::size_t count = 1);

}  // namespace oneshot::app
