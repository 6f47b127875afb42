// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "app/own_metrics/counts_by_reason.hpp"

namespace oneshot::app {

/// Why a scrape was not let in; `oneshot_scrapes_refused_total{reason}` has one series for each.
enum class ScrapeRefusal : std::uint8_t {
  bad_query,
  not_allowed,         ///< scrapers.allow, or the client's rights
  too_many_scrapers,   ///< scrapers.max, and all have earned their places
  too_many_of_address  ///< its address has its share of the places
};
inline constexpr std::array<std::string_view, 4> scrape_refusal_names = {"bad_query", "not_allowed",
                                                                         "too_many_scrapers", "too_many_of_address"};

/// How often that was.
using ScrapeRefusals = CountsByReason<ScrapeRefusal, scrape_refusal_names.size()>;

}  // namespace oneshot::app
