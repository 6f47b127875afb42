// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// The reply to a POST whose events, which this worker has appended last, have to be flushed first, together with those
/// of other requests. `answer` makes it, on the worker's thread: whether the events are stored, or, since the storage
/// has failed, never were.
[[nodiscard]] std::unique_ptr<http::PendingReply> when_durable(Context& context,
                                                               std::function<http::Reply(bool stored)> answer);

}  // namespace oneshot::app
