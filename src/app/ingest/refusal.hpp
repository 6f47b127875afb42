// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "base/address.hpp"
#include "event/event.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// The status that says that an event was refused for this reason.
[[nodiscard]] int status_of(event::Reason reason) noexcept;

/// Counts and logs the refusal of an event, and says it to the client: the message, and when to try again where that
/// helps. The log names the client that a trusted proxy names, unless the request is gone.
[[nodiscard, gnu::cold]] http::Reply refuse(Context& context, const http::Request& request, event::Rejection rejection);
[[nodiscard, gnu::cold]] http::Reply refuse(Context& context, const Address& peer, event::Rejection rejection);

/// Why what was to be stored is not.
[[nodiscard, gnu::cold]] event::Rejection why_not(queue::Stored stored);

}  // namespace oneshot::app
