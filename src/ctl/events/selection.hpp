// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "ctl/server/query.hpp"

namespace oneshot::ctl {

/// /api/v1/events with the conditions that were typed: label=value words, --scraper, --metric. Errors: wrong usage.
[[nodiscard]] Result<Query> events_query(const Call& call);

inline constexpr Option scraper_option{"--scraper", "NAME", "only what waits for this scraper, or is on its way to it"};
inline constexpr Option metric_option{"--metric", "NAME", "only events of this metric"};
inline constexpr Option ids_option{"--ids", "", "show the id of each event"};

}  // namespace oneshot::ctl
