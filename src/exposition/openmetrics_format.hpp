// SPDX-License-Identifier: MIT
#pragma once

#include "exposition/format.hpp"

namespace oneshot::exposition {

/// OpenMetrics 1.0 (the specification "OpenMetrics", version 1.0.0), for readers who take nothing else. It has no
/// comments, so the first line of a scrape is not there, and padding is blanks at the end of the HELP of the events,
/// which readers keep; a counter's family has the name without `_total`, and one that lacks it is `unknown`; times are
/// seconds. One before 1970 is written as 0.
[[nodiscard]] const Format& openmetrics_format() noexcept;

}  // namespace oneshot::exposition
