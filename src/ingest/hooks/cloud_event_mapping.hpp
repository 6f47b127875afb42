// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"
#include "http/request.hpp"
#include "ingest/cloud_event_parts.hpp"
#include "ingest/hooks/mapping.hpp"
#include "json/value.hpp"

namespace oneshot::ingest {

/// The hook of this name has no path: it maps the CloudEvents that come to POST /event and POST /events, in place of
/// the mapping that CloudEvent has.
inline constexpr std::string_view cloud_event_hook = "cloudevents";

/// map_request() for a CloudEvent, whose JSON form the payload is. What the hook leaves empty stays as the
/// specification has it: `time` is the sender's time, and source and id together are the id, to which an element of
/// `each` adds its number.
[[nodiscard]] Result<std::vector<Mapped>, event::Rejection> map_cloud_event(const Hook& hook,
                                                                            const CloudEventParts& parts,
                                                                            const json::Value& event,
                                                                            std::span<const http::Header> headers);

}  // namespace oneshot::ingest
