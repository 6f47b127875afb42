// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ctl/server/target.hpp"

namespace oneshot::ctl {

struct ScrapeJob {
  std::string scraper;  ///< the name, ?scraper=
  std::string interval = "15s";
  bool explicit_timestamps = false;
};

/// The job for prometheus.yml, as README's section "Scrape" and docs/prometheus.md have it: how that server is reached
/// and with which credentials comes from the options by which this program would ask it.
[[nodiscard]] std::string job_yaml(const ScrapeJob& job, const Call& call, const Target& server);

/// 1 to 128 letters, digits and `_ . : -`, as the server takes them. Errors say what is allowed.
[[nodiscard]] Result<void> check_scraper_name(std::string_view name);

}  // namespace oneshot::ctl
