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

/// Feeds the builder, between begin() and finish(), until which `parts` stays as it is. `scope`, which is "hook " and
/// its name, keeps the ids of one hook apart from all other idempotency keys; those of a CloudEvent are the same in
/// every hook. Left out are labels that the payload named as a parameter that is none (Parameter).
event::EventBuilder::Taken feed_event(event::EventBuilder& builder, EventKeys& keys, std::string_view scope,
                                      const MappedEvent& parts, const MetricNamed& metric_named);

/// The event that an element makes, checked and rendered by the builder, whose texts it shows until the next begin().
/// A refusal names the element.
[[nodiscard]] Result<event::Event, event::Rejection> build_event(event::EventBuilder& builder, EventKeys& keys,
                                                                 std::string_view scope, const Mapped& element,
                                                                 const MetricNamed& metric_named);

}  // namespace oneshot::ingest
