// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>

#include "app/context.hpp"
#include "event/event.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// POST /event: labels and value from the query and from an application/x-www-form-urlencoded body; 200 with an empty
/// body once the event is in the log. It neither suspends nor allocates, unless the event has to be made durable first.
http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting& waiting);

/// The status that says that an event was refused for this reason.
[[nodiscard]] int status_of(event::Reason reason) noexcept;

}  // namespace oneshot::app
