// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "json/value.hpp"

namespace oneshot::ctl {

/// `events_to_metrics{service="checkout",type="deploy"} 42.5`
[[nodiscard]] std::string series_and_value(const json::Value& event);

/// A line about an event: when it came, what it is, who has not got it; with its id in front of that, if asked.
[[nodiscard]] std::string event_line(const json::Value& event, bool with_id);

/// An event of /api/v1/events/ID, and below it what became of it for each scraper.
[[nodiscard]] std::string event_and_scrapers(const json::Value& event);

}  // namespace oneshot::ctl
