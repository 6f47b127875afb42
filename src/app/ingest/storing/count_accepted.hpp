// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "event/event.hpp"

namespace oneshot::app {

/// An event is in the log, for good: it counts in the own metrics, in the counter of its metric, and for its client.
inline void count_accepted(Context& context, const event::Event& event) {
  context.counters.count_accepted();
  EventCounters::count(context.event_counters->series_of(context.worker, event));
  if (context.client_number != nullptr) [[unlikely]]
    Counters::increase(*context.client_number, 1);
}

}  // namespace oneshot::app
