// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "app/context.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

inline constexpr std::string_view api_scrapers_path = "/api/v1/scrapers/";

/// POST /api/v1/scrapers/NAME/replay?since=1h: the scraper gets again what came since then.
/// POST /api/v1/scrapers/NAME/skip: drops what waits for the scraper.
/// Each change has a line in the log, with who asked.
http::Answer post_scraper(Context& context, const http::Request& request, delivery::Waiting& waiting);
/// DELETE /api/v1/scrapers/NAME: forgets the scraper.
http::Answer delete_scraper(Context& context, const http::Request& request, delivery::Waiting& waiting);

}  // namespace oneshot::app
