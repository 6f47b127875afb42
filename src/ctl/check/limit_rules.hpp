// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/check/job.hpp"

namespace oneshot::ctl {

/// Limits by which Prometheus throws away a whole scrape, and with it its events; and how often it comes.
void check_limits(const ScrapedJob& job, const Facts& facts, Findings& findings);

}  // namespace oneshot::ctl
