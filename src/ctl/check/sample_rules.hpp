// SPDX-License-Identifier: MIT
#pragma once

#include "ctl/check/job.hpp"

namespace oneshot::ctl {

/// What becomes of the events in Prometheus: their labels, and their times where they have some.
void check_samples(const ScrapedJob& job, const Facts& facts, Findings& findings);

}  // namespace oneshot::ctl
