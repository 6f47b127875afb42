// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "app/context.hpp"
#include "http/handler.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// The reply to a POST whose events, which this worker has appended last, have to be flushed first, together with those
/// of other requests. `answer` makes it, on the worker's thread, of what became of them.
[[nodiscard]] std::unique_ptr<http::PendingReply> when_durable(
    Context& context, std::function<http::Reply(const queue::Durable& durable)> answer);

}  // namespace oneshot::app
