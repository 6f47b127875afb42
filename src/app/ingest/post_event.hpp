// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// POST /event: labels and value from the query and from an application/x-www-form-urlencoded body.
http::Answer post_event(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
