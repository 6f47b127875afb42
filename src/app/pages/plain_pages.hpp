// SPDX-License-Identifier: MIT
#pragma once

#include <asio/awaitable.hpp>

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// GET /: a welcome line, the paths, and a curl line to try; a browser is led to the page (ui/get_asset.hpp).
http::Answer get_welcome(Context& context, const http::Request& request, delivery::Waiting& waiting);
/// GET /healthz: `OK` while the process lives.
http::Answer get_health(Context& context, const http::Request& request, delivery::Waiting& waiting);
/// GET /readyz: 200, or 503 with a line for each reason. A full log is no reason: taking the server out of
/// service would not empty it.
http::Answer get_readiness(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
