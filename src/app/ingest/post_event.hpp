// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// POST /event and /event/METRIC: the parts of the event from the query, from a body that is a form or has no type, and
/// the sender's time from the header Event-Time too. A body of another type is passed over where the query has a label;
/// alone it is 415.
http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
