// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// GET /api/v1/status: the state of the server, its scrapers, and what it refused last.
http::Answer get_status(Context& context, const http::Request& request, delivery::Waiting& waiting);
/// GET /api/v1/scrapers: the scrapers alone.
http::Answer get_scrapers(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
