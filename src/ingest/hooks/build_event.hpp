// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/event_builder.hpp"
#include "ingest/event_key.hpp"
#include "ingest/hooks/mapping.hpp"

namespace oneshot::ingest {

/// The metric of a name as event::Event has it, or why there is none.
using MetricNamed = std::function<Result<std::string_view, event::Rejection>(std::string_view name)>;

/// The event that an element makes, checked and rendered by the builder, whose texts it shows until the next begin().
/// `scope` keeps the ids of one hook apart from all other idempotency keys. A refusal names the element.
[[nodiscard]] Result<event::Event, event::Rejection> build_event(event::EventBuilder& builder, EventKeys& keys,
                                                                 std::string_view scope, const Mapped& element,
                                                                 const MetricNamed& metric_named);

}  // namespace oneshot::ingest
