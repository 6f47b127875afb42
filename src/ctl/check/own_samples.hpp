// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "settings/settings.hpp"

namespace oneshot::ctl {

/// How many samples of the server's own come with the events of each scrape. A system test holds these numbers to a
/// real server (tests/system/test_own_samples.py), since nothing else tells when a metric is added.
inline constexpr std::uint64_t samples_of_server = 94;  ///< with oneshot_batch, which only a scrape with events has
inline constexpr std::uint64_t samples_per_scraper = 22;
inline constexpr std::uint64_t samples_per_confirmation = 8;
inline constexpr std::uint64_t samples_per_webhook = 4;
inline constexpr std::uint64_t samples_of_cluster = 14;
/// Scrapers that are forgotten leave a sample each, but no more than these, and "(others)".
inline constexpr std::uint64_t samples_of_forgotten = 101;

/// All that these settings can lead to but those of scrapers: clients, counters with all their series, and so on.
[[nodiscard]] std::uint64_t samples_without_scrapers(const settings::Settings& settings);

}  // namespace oneshot::ctl
