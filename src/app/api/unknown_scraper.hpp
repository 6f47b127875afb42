// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "queue/queue.hpp"

namespace oneshot::app {

/// 404 that lists the scrapers that are known, and guesses which one was meant.
[[nodiscard]] http::Reply unknown_scraper(std::string_view name, const queue::Queue& queue);

}  // namespace oneshot::app
