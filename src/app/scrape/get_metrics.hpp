// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// GET /metrics: the program's own metrics, then a batch of events for this scraper. The reply's receipt
/// decides what becomes of the batch. With peek=1 the same view without taking anything.
http::Answer get_metrics(Context& context, const http::Request& request, delivery::Waiting& waiting);

/// HEAD /metrics: whether a GET would be let in. Never takes a batch, never makes a scraper known.
http::Answer head_metrics(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
