// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "confirm/evidence.hpp"
#include "delivery/outcome.hpp"

/// Why a scrape was not stored, by the scraper's own words. /api/v1/targets is no witness for what is stored (its
/// health is "up" while the disk is full), but gives the reason of what is known to be missing.
namespace oneshot::confirm {

/// The last error of the target with the job and instance of `marker`; empty: none, or no such target.
[[nodiscard]] std::string last_error_of(const std::vector<Target>& targets, const Labels& marker);

/// `refused` for a limit of the scraper (scrape/scrape.go of Prometheus 2.24 to 3.5; lib/promscrape of
/// VictoriaMetrics), `timed_out` where its time was over; nothing for other errors.
[[nodiscard]] std::optional<delivery::Outcome> outcome_of_error(std::string_view error) noexcept;

}  // namespace oneshot::confirm
