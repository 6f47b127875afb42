// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// POST /events: many events, as lines of JSON, as a JSON list, or as a batch of CloudEvents. All are stored or none,
/// but with `?partial=1` in the query those that are good, and the answer tells the others. A program that is killed
/// meanwhile may leave a part of a request that was not answered; ids make a repeat exact.
http::Answer post_events(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
