// SPDX-License-Identifier: MIT
#pragma once

#include "app/services.hpp"
#include "json/writer.hpp"
#include "queue/statistics.hpp"

namespace oneshot::app {

/// The value of the member "scrapers" of an answer: a list of what the own metrics say about each scraper, by name.
void write_scrapers(json::Writer& out, const queue::QueueStatistics& statistics, const Services& services);

}  // namespace oneshot::app
