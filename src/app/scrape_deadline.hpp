// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "http/request.hpp"

namespace oneshot::app {

/// How long this scraper waits for its answer, from when it sent the request:
/// X-Prometheus-Scrape-Timeout-Seconds
/// ("10", "10.000", "10.000000"), at least 0.1 and at most 120 seconds; 10 seconds where it is absent or
/// unusable.
[[nodiscard]] std::chrono::milliseconds scrape_timeout(const http::Request& request) noexcept;

/// Until when a scrape may wait for its batch: half of its timeout, and always early enough to leave time for
/// sending the answer.
[[nodiscard]] SteadyTime latest_take(SteadyTime arrived, std::chrono::milliseconds timeout, SteadyTime now) noexcept;

}  // namespace oneshot::app
