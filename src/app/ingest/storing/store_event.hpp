// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "event/event.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// Puts one event into the log, and answers its POST: 200 with an empty body once the event is there. It neither
/// suspends nor allocates, unless the event has to be made durable first. However the event came in, it ends here.
http::Answer store_event(Context& context, const http::Request& request, const event::Event& event);

}  // namespace oneshot::app
