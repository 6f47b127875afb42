// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/api/query.hpp"
#include "base/result.hpp"
#include "queue/history.hpp"

namespace oneshot::app {

/// The query of GET /api/v1/events; `usual_metric` is what the default metric is called. Errors say what may be
/// written.
[[nodiscard]] Result<queue::HistoryQuery> parse_events_query(std::string_view query, std::string_view usual_metric,
                                                             std::int64_t now_unix_ms);
/// The query of GET /api/v1/top.
[[nodiscard]] Result<queue::LabelCountQuery> parse_top_query(std::string_view query);

}  // namespace oneshot::app
