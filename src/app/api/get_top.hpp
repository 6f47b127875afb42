// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// GET /api/v1/top: what fills the log, or what waits for one scraper, by the value of one label.
http::Answer get_top(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
