// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "delivery/waiting.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

/// POST /hook/NAME: turns the JSON that another program sends into events, by the section [webhooks.NAME]: 200
/// `{"stored":1,"duplicates":0,"ignored":0}`. All events of a request are stored, but for the duplicates, or none is. A
/// status of 4xx says that a repeat would fail as well, 503 that a repeat may help: senders such as Alertmanager go by
/// that. With `dry_run=1` the answer is what the request would become, and nothing is stored.
http::Answer post_hook(Context& context, const http::Request& request, delivery::Waiting& waiting);

/// GET /hook/NAME: what the hook is for. GET /hook and /hook/: which there are.
http::Answer get_hook(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
