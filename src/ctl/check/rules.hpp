// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "ctl/check/job.hpp"

namespace oneshot::ctl {

/// What docs/prometheus.md and docs/oneshotctl.md say about the scrape config, asked of each job that scrapes the
/// server, and of all of them together. In the order of the jobs, and of the lines of each.
[[nodiscard]] Findings check_jobs(std::span<const ScrapedJob> jobs, const Facts& facts);

}  // namespace oneshot::ctl
