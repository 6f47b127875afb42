// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// Notes a scrape. Two scrapers under one identity take events from each other: logs that, and what to do about it,
/// where it shows. `by_proxy`: the connection is a proxy's, and says nothing about who scrapes.
void warn_if_shared(Context& context, const http::Request& request, const ScraperIdentity& scraper, bool by_proxy);

}  // namespace oneshot::app
