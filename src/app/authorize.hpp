// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/route.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Whether the client of this request has the right; if not, the reply that says so. scrapers.allow decides about
/// `scrape`; every client has the other rights, but for web pages: see browser.hpp.
[[nodiscard]] Result<void, http::Reply> authorize(Context& context, const http::Request& request, Right right);

}  // namespace oneshot::app
