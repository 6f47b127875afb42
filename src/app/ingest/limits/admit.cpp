// SPDX-License-Identifier: MIT
#include "app/ingest/limits/admit.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "app/scrape/scraper_identity.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using event::Rejection;

[[gnu::cold]] Rejection too_fast(const Rate& rate, const std::string& key, std::chrono::nanoseconds wait) {
  // Less than a second is a second: Retry-After has no fractions.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return {Reason::rate_limited,
          "this client sends more than " + std::to_string(rate.per_second) + " events per second (" + key + "; " +
              std::to_string(rate.burst) + " at once): try again in " + std::to_string(seconds) + " s",
          static_cast<unsigned>(seconds)};
}

[[gnu::cold]] Rejection too_many_series(const Options& options, const SeriesLimit::SeriesError& error) {
  constexpr std::size_t shown = 64;
  const std::string culprit = error.label.empty() ? "there are too many label names"
                                                  : "label \"" + printable(error.label, shown) + "\" has about " +
                                                        std::to_string(error.values) + " different values";
  return {Reason::too_many_series,
          "more than " + std::to_string(options.max_series_per_hour) +
              " different series within an hour (events.max_series_per_hour): " + culprit,
          error.wait_seconds};
}

bool may_post(const Options& options, const access::Client& client, const event::Event& event) {
  const std::string_view metric = event.metric.empty() ? std::string_view(options.metric) : event.metric;
  return client.metrics.empty() || std::ranges::find(client.metrics, metric) != client.metrics.end();
}

Result<void, Rejection> check_metrics(Context& context, const access::Client& client,
                                      std::span<const event::Event> events) {
  const Options& options = *context.options;
  const auto refused =
      std::ranges::find_if(events, [&](const event::Event& event) { return !may_post(options, client, event); });
  if (refused == events.end()) return {};
  context.services.auth_failures.count(AuthFailure::forbidden);
  const std::string_view metric = refused->metric.empty() ? std::string_view(options.metric) : refused->metric;
  return Unexpected{
      Rejection{Reason::forbidden, "client " + quoted(client.name) + " may not post metric " + quoted(metric)}};
}

/// A client with a rate of its own has it wherever it sends from; all others have that of their address.
Result<void, Rejection> check_rate(Context& context, const http::Request& request, std::size_t events, SteadyTime now) {
  const Options& options = *context.options;
  Services& services = context.services;
  const access::Client* const client = context.client;
  if (client != nullptr && client->rate_limit > 0) {
    static const Seed seed = random_seed();
    const Rate rate{client->rate_limit, client->rate_burst};
    const auto wait = services.client_rate_limit.take(hash_bytes(client->name, seed), events, rate, now);
    if (wait <= std::chrono::nanoseconds::zero()) return {};
    return Unexpected{too_fast(rate, "clients." + client->name + ".rate_limit", wait)};
  }
  if (options.rate_limit == 0) return {};
  const Rate rate{options.rate_limit, options.rate_burst};
  const std::uint64_t sender = find_origin(request, options).address.site();
  const auto wait = services.rate_limit.take(sender, events, rate, now);
  if (wait <= std::chrono::nanoseconds::zero()) return {};
  return Unexpected{too_fast(rate, "events.rate_limit", wait)};
}

}  // namespace

Result<void, Rejection> admit_within_limits(Context& context, const http::Request& request,
                                            std::span<const event::Event> events) {
  const Options& options = *context.options;
  Services& services = context.services;
  const SteadyTime now = services.clock.coarse_steady();
  if (context.client != nullptr)
    if (auto checked = check_metrics(context, *context.client, events); !checked) return checked;
  if (auto checked = check_rate(context, request, events.size(), now); !checked) return checked;
  if (options.max_series_per_hour > 0) {
    const auto admitted = services.series_limit.admit(events, options.max_series_per_hour, now, context.recent_series);
    if (!admitted) return Unexpected{too_many_series(options, admitted.error())};
  }
  return {};
}

}  // namespace oneshot::app
