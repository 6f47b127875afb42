// SPDX-License-Identifier: MIT
#include "app/ingest/admit.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "app/scrape/scraper_identity.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;

[[gnu::cold]] Rejection too_fast(const Options& options, std::chrono::nanoseconds wait) {
  // Less than a second is a second: Retry-After has no fractions.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return {Reason::rate_limited,
          "this client sends more than " + std::to_string(options.rate_limit) +
              " events per second (events.rate_limit; " + std::to_string(options.rate_burst) +
              " at once): try again in " + std::to_string(seconds) + " s",
          static_cast<unsigned>(seconds)};
}

[[gnu::cold]] Rejection too_many_series(const Options& options, const SeriesLimit::Refused& refused) {
  constexpr std::size_t shown = 64;
  const std::string culprit = refused.label.empty() ? "there are too many label names"
                                                    : "label \"" + printable(refused.label, shown) + "\" has about " +
                                                          std::to_string(refused.values) + " different values";
  return {Reason::too_many_series,
          "more than " + std::to_string(options.max_series_per_hour) +
              " different series within an hour (events.max_series_per_hour): " + culprit,
          refused.wait_seconds};
}

}  // namespace

std::optional<Rejection> admit_within_limits(Context& context, const http::Request& request,
                                             std::span<const event::Event> events) {
  const Options& options = *context.options;
  Services& services = context.services;
  const SteadyTime now = services.clock.coarse_steady();
  if (options.rate_limit > 0) {
    const Rate rate{options.rate_limit, options.rate_burst};
    const std::uint64_t sender = find_origin(request, options).address.site();
    const std::chrono::nanoseconds wait = services.rate_limit.take(sender, events.size(), rate, now);
    if (wait > std::chrono::nanoseconds::zero()) return too_fast(options, wait);
  }
  if (options.max_series_per_hour > 0) {
    const auto refused = services.series_limit.admit(events, options.max_series_per_hour, now, context.recent_series);
    if (refused) return too_many_series(options, *refused);
  }
  return std::nullopt;
}

}  // namespace oneshot::app
