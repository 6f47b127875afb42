// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/route.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Whether the client of this request has the right; if not, the reply that says so, and a line in the log. First the
/// rights of the address by which it came decide, then server.allowed_hosts, then the client's own (Context::client),
/// then scrapers.allow about `scrape` and `view`; web pages of others may neither post nor change the server: see
/// browser.hpp. Where `view` is all that may be, /metrics may be looked at.
[[nodiscard]] Result<void, http::Reply> authorize(Context& context, const http::Request& request, Right right);
/// The same for a webhook: a sender who knows its secret, or has to show that, needs no more than the right address.
[[nodiscard]] Result<void, http::Reply> authorize_hook(Context& context, const http::Request& request,
                                                       bool knows_secret);
/// What can be said before anybody knows who it is: the address and server.allowed_hosts.
[[nodiscard]] Result<void, http::Reply> check_place(Context& context, const http::Request& request, Right right);

}  // namespace oneshot::app
