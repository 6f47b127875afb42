// SPDX-License-Identifier: MIT
#include "app/scrape/admit_scrape.hpp"

#include <utility>

#include "app/browser.hpp"
#include "app/moment.hpp"
#include "app/refusals/refusal_log.hpp"
#include "app/scrape/refusals.hpp"
#include "http/status.hpp"

namespace oneshot::app {

Result<AdmittedScrape, http::Reply> admit_scrape(Context& context, const http::Request& request,
                                                 const std::string& bound) {
  const Origin origin = find_origin(request, *context.options);
  Result<MetricsQuery> query = parse_metrics_query(request.query);
  if (!query) {
    log_refused_scrape(context, {request.peer, origin.address, http::status::bad_request}, ScrapeRefusal::bad_query,
                       query.error());
    return Unexpected{refusal(http::status::bad_request, std::move(query.error()))};
  }
  if (!bound.empty()) query->scraper = bound;
  // A browser takes no scraper's events.
  AdmittedScrape admitted{identify(*query, origin.address), origin.address, query->peek || is_view_of_browser(request),
                          query->events, origin.by_proxy};
  if (!query->since.empty())
    admitted.since_unix_ms = parse_moment("since", query->since, context.services.clock.unix_ms()).value();
  return admitted;
}

}  // namespace oneshot::app
