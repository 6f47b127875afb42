// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/result.hpp"
#include "ctl/check/facts.hpp"
#include "ctl/check/finding.hpp"
#include "ctl/scrapers/scraper.hpp"
#include "ctl/server/api.hpp"

namespace oneshot::ctl {

/// What is wrong by a Prometheus' own API: its config by the rules of `check`, how its targets are, its clock. Errors:
/// it cannot be asked.
[[nodiscard]] Result<Findings> prometheus_findings(Api& prometheus, const Facts& facts,
                                                   const std::vector<Scraper>& scrapers);

}  // namespace oneshot::ctl
