// SPDX-License-Identifier: MIT
#pragma once

#include "app/context.hpp"
#include "app/scrape/proxy/proxy_signs.hpp"
#include "app/scrape/scraper_identity.hpp"

namespace oneshot::app {

/// Logs once for each scraper that a proxy stands in front of it, what that costs, and what to do about it; but not of
/// one that somebody has set up for scrapes.
void warn_of_proxy(Context& context, const ScraperIdentity& scraper, const ProxySigns& signs);

}  // namespace oneshot::app
