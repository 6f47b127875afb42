// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/own_metrics/auth_failures.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Whether Context::client has the right, and scrapes as the scraper that it is; if not, the reply that says so,
/// counted and logged. Where nobody is told from others, everybody has all rights but `admin`. A /metrics that is only
/// looked at (`is_view`) needs `view` or `scrape`.
[[nodiscard]] Result<void, http::Reply> check_client(Context& context, const http::Request& request, Right right,
                                                     bool is_view);

/// The reply to credentials that are nobody's, counted and logged.
[[nodiscard, gnu::cold]] http::Reply refuse_wrong_credentials(Context& context, const http::Request& request,
                                                              Right right);

}  // namespace oneshot::app
