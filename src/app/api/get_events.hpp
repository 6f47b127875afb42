// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

inline constexpr std::string_view api_events_path = "/api/v1/events/";

/// GET /api/v1/events: the newest events of the history that fit the query, newest last.
http::Answer get_events(Context& context, const http::Request& request, delivery::Waiting& waiting);
/// GET /api/v1/events/ID: one event, and what became of it for each scraper.
http::Answer get_one_event(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
