// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "app/context.hpp"
#include "base/result.hpp"
#include "event/event.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// What admit() does where there is a limit.
[[nodiscard]] Result<void, event::Rejection> admit_within_limits(Context& context, const http::Request& request,
                                                                 std::span<const event::Event> events);

/// Whether a client may post events of their metrics, may send so many now (`events.rate_limit`, or its own), and their
/// series may begin (`events.max_series_per_hour`); or why not. All of the events or none; each of them counts, also
/// those of a batch or a webhook. Every door asks before it stores, and only once for each event. Without limits this
/// is a look at two numbers; with them it takes a short lock, and allocates nothing for a series that is known.
[[nodiscard]] inline Result<void, event::Rejection> admit(Context& context, const http::Request& request,
                                                          std::span<const event::Event> events) {
  const Options& options = *context.options;
  if (options.rate_limit == 0 && options.max_series_per_hour == 0 && context.client == nullptr) [[likely]]
    return {};
  return admit_within_limits(context, request, events);
}

}  // namespace oneshot::app
