// SPDX-License-Identifier: MIT
#include "ctl/check/rules.hpp"

#include <algorithm>

#include "ctl/check/identity_rules.hpp"
#include "ctl/check/limit_rules.hpp"
#include "ctl/check/sample_rules.hpp"

namespace oneshot::ctl {

namespace {

bool by_line(const Finding& a, const Finding& b) noexcept { return a.line < b.line; }

}  // namespace

Findings check_jobs(std::span<const ScrapedJob> jobs, const Facts& facts) {
  Findings findings;
  for (const ScrapedJob& job : jobs) {
    const auto before = static_cast<std::ptrdiff_t>(findings.size());
    check_identity(job, facts, findings);
    check_limits(job, facts, findings);
    check_samples(job, facts, findings);
    std::stable_sort(findings.begin() + before, findings.end(), by_line);
  }
  check_shared_names(jobs, findings);
  return findings;
}

}  // namespace oneshot::ctl
