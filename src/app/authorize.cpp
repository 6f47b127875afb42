// SPDX-License-Identifier: MIT
#include "app/authorize.hpp"

#include "app/scrape/scraper_identity.hpp"
#include "base/log.hpp"

namespace oneshot::app {
namespace {

Result<void, http::Reply> authorize_scrape(Context& context, const http::Request& request) {
  const Options& options = *context.options;
  const Origin origin = find_origin(request, options);
  if (origin.header_ignored && context.services.forwarding_watch.first_time(request.peer))
    log::warn("forwarding header ignored: its sender is not in scrapers.trusted_proxies",
              {{"peer", request.peer.text()}});
  if (may_scrape(origin.address, options)) return {};
  return Unexpected{http::Reply(403, origin.address.text() + " may not scrape (scrapers.allow)\n")};
}

}  // namespace

Result<void, http::Reply> authorize(Context& context, const http::Request& request, Right right) {
  if (right == Right::scrape) return authorize_scrape(context, request);
  return {};
}

}  // namespace oneshot::app
