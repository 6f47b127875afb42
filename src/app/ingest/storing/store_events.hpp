// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/context.hpp"
#include "app/ingest/reading/events_reader.hpp"
#include "event/event.hpp"
#include "http/handler.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Puts the events of Context::batch into the log, all or none, empties the batch, and answers the request: 200
/// `{"stored":98,"duplicates":2,"ids":["…"]}` once all of them are there, with `partial` what was refused too, with a
/// hook what it ignored. A single one is answered as by POST /event. `metric` is that of the path, as in event::Event,
/// and counts more than what a hook says. With `partial` an event whose key came with another event before is refused
/// alone; what a hook made is a duplicate then: the mapping was changed in between, and the sender is not to blame.
[[nodiscard]] http::Answer store_events(Context& context, const http::Request& request, EventsReader& reader,
                                        std::string_view metric);

/// Empties Context::batch; counts and says that nothing of a request was stored.
[[nodiscard, gnu::cold]] http::Reply refuse_events(Context& context, const http::Request& request,
                                                   const EventsReader& reader, event::Rejection rejection);

}  // namespace oneshot::app
