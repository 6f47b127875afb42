// SPDX-License-Identifier: MIT
#include "app/authorize.hpp"

#include "app/browser.hpp"
#include "app/refusal_log.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

void log_ignored(Context& context, const http::Request& request, Origin::Ignored ignored) {
  if (!context.services.forwarding_watch.first_time(request.peer)) return;
  if (ignored == Origin::Ignored::from_stranger)
    log::warn("forwarding header ignored: its sender is not in scrapers.trusted_proxies",
              {{"peer", request.peer.text()}});
  else
    log::warn("forwarding header ignored: scrapers.forwarded_header names another",
              {{"peer", request.peer.text()}, {"forwarded_header", context.options->forwarded_header}});
}

Result<void, http::Reply> authorize_scrape(Context& context, const http::Request& request) {
  const Origin origin = find_origin(request, *context.options);
  if (origin.ignored != Origin::Ignored::none) log_ignored(context, request, origin.ignored);
  const auto why_not = why_not_scrape(origin, *context.options);
  if (!why_not) return {};
  log_refused_scrape(context, {request.peer, origin.address}, "not_allowed", *why_not);
  return Unexpected{http::Reply(403, *why_not + '\n')};
}

Result<void, http::Reply> authorize_post(const http::Request& request) {
  if (!is_from_other_site(request)) return {};
  return Unexpected{http::Reply(403, "a page of another site may not post events (Sec-Fetch-Site, Origin)\n")};
}

Result<void, http::Reply> check_host(const Context& context, const http::Request& request) {
  if (is_allowed_host(request, context.options->allowed_hosts)) return {};
  return Unexpected{
      http::Reply(403, "the host \"" + printable(request.header("Host")) + "\" is not one of server.allowed_hosts\n")};
}

}  // namespace

Result<void, http::Reply> authorize(Context& context, const http::Request& request, Right right) {
  if (right == Right::none) return {};
  if (auto checked = check_host(context, request); !checked) return checked;
  if (right == Right::scrape) return authorize_scrape(context, request);
  return right == Right::post ? authorize_post(request) : Result<void, http::Reply>();
}

}  // namespace oneshot::app
