// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/ingest/events_reader.hpp"
#include "http/handler.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Puts the events of Context::batch into the log, all or none, empties the batch, and answers the request: 200
/// `{"stored":98,"duplicates":2}` once all of them are there, and with `partial` what was refused too. With `partial`
/// an event whose key came with another event before is refused alone.
[[nodiscard]] http::Answer store_events(Context& context, const http::Request& request, EventsReader& reader);

}  // namespace oneshot::app
