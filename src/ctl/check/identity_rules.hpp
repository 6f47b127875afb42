// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "ctl/check/job.hpp"

/// As whom a job scrapes, and how it gets to the server.
namespace oneshot::ctl {

void check_identity(const ScrapedJob& job, const Facts& facts, Findings& findings);
/// Two jobs with one name share its events.
void check_shared_names(std::span<const ScrapedJob> jobs, Findings& findings);

}  // namespace oneshot::ctl
