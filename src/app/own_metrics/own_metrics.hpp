// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/services.hpp"
#include "exposition/format.hpp"

namespace oneshot::app {

/// The scrape that the own metrics go out with.
struct ThisScrape {
  std::string_view scraper;                 ///< as the queue knows it
  std::uint64_t batch = 0;                  ///< events that this response carries, already in flight
  std::uint64_t event_series = 0;           ///< that came within the last hour, where somebody counts them
  std::uint64_t max_series = 0;             ///< how many may; 0 for no limit
  const EventCounters* counters = nullptr;  ///< beside the events; null: none
  bool lists_scrapers = false;              ///< a comment names those that are known: who looks may not know
};

/// Appends every metric of the program itself, never with timestamps: the state after the batch was taken.
/// Every reason, code and known scraper has its sample from the start, at 0, so that `increase` sees the
/// first one.
void append_own_metrics(std::string& out, const exposition::Format& format, const Services& services,
                        const ThisScrape& scrape);

}  // namespace oneshot::app
