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

/// By when the last byte of the answer must have been acknowledged: half a second after the scraper's own timeout. A
/// scraper that takes the last byte just in time stores the scrape, and its acknowledgement comes a moment later; one
/// that has given up says so with a reset in that time, so nothing is lost by waiting for it.
[[nodiscard]] SteadyTime reply_deadline(SteadyTime arrived, std::chrono::milliseconds timeout) noexcept;

/// From when on the scraper's own timeout may be over, as seen from here: its clock began to run before the request
/// came, and it may be a little fast. Half a second before the timeout, of short ones a quarter.
[[nodiscard]] SteadyTime may_give_up(SteadyTime arrived, std::chrono::milliseconds timeout) noexcept;

/// Until when a scrape may wait for its batch: half of its timeout, and always early enough to leave time for
/// sending the answer.
[[nodiscard]] SteadyTime latest_take(SteadyTime arrived, std::chrono::milliseconds timeout, SteadyTime now) noexcept;

/// Until when a scrape may wait for what the scraper's own API says about the batch before.
[[nodiscard]] SteadyTime latest_confirmation(std::chrono::milliseconds timeout, SteadyTime now) noexcept;

}  // namespace oneshot::app
