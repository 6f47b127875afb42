// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "event/event.hpp"

namespace oneshot::app {

/// An event is in the log, for good: it counts in the own metrics, and in the counter of its metric.
inline void count_accepted(Context& context, const event::Event& event) {
  context.counters.count_accepted();
  EventCounters::count(context.event_counters->series_of(context.worker, event));
}

}  // namespace oneshot::app
