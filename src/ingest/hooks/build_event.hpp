// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "event/event.hpp"
#include "event/event_builder.hpp"
#include "ingest/event_key.hpp"
#include "ingest/hooks/mapped_event.hpp"

namespace oneshot::ingest {

/// The event that the parts make, checked and rendered by the builder, whose texts it shows until the next begin().
/// The caller has looked up the metric. `scope` keeps the ids of one hook apart from all other idempotency keys.
[[nodiscard]] Result<event::Event, event::Rejection> build_event(event::EventBuilder& builder, EventKeys& keys,
                                                                 std::string_view scope, const MappedEvent& parts);

}  // namespace oneshot::ingest
