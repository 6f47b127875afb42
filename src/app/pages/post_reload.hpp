// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "delivery/waiting.hpp"
#include "http/handler.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// POST and PUT /-/reload, as Prometheus has it: the settings are read again, as by SIGHUP. 200 when they count for
/// every request from now on; 500 with the reason where they stay as they were.
http::Answer post_reload(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
