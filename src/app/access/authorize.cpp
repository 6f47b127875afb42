// SPDX-License-Identifier: MIT
#include "app/access/authorize.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "app/access/check_client.hpp"
#include "app/access/rights_in_words.hpp"
#include "app/browser.hpp"
#include "app/ingest/refusal.hpp"
#include "app/refusals/refusal_log.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/status.hpp"

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

/// What can be done at the address by which the request came, whoever asks.
const Rights& rights_at(const Options& options, const http::Request& request) {
  return request.listener == 0 ? options.rights : options.listeners[request.listener - std::size_t{1}].second.rights;
}

std::string entrance_name(const Options& options, const http::Request& request) {
  return request.listener == 0 ? "server" : "listeners." + options.listeners[request.listener - std::size_t{1}].first;
}

/// The reply to whoever may not do this, with a line in the log.
Unexpected<http::Reply> refuse_access(Context& context, const http::Request& request, Right right, std::string why) {
  if (right == Right::post) return Unexpected{refuse(context, request, {event::Reason::forbidden, std::move(why)})};
  if (right == Right::scrape) {
    const Origin origin = find_origin(request, *context.options);
    log_refused_scrape(context, {request.peer, origin.address, http::status::forbidden}, ScrapeRefusal::not_allowed,
                       why);
  }
  return Unexpected{http::Reply(http::status::forbidden, std::move(why) + '\n')};
}

/// /metrics is only looked at.
bool is_view(const http::Request& request) {
  const Result<MetricsQuery> query = parse_metrics_query(request.query);
  return (query && (query->peek || !query->events)) || is_view_of_browser(request);
}

Result<void, http::Reply> check_entrance(Context& context, const http::Request& request, Right right) {
  const Rights& rights = rights_at(*context.options, request);
  if (rights.has(right) || (right == Right::scrape && rights.has(Right::view) && is_view(request))) return {};
  std::string why =
      "not at this address: " + entrance_name(*context.options, request) + ".rights allows " + in_words(rights);
  why += "; use another address of this server";
  return refuse_access(context, request, right, std::move(why));
}

/// What nearly every request finds: no reply is made, not even an empty one.
bool is_open_to_all(const Options& options, const http::Request& request, Right right) noexcept {
  return options.allowed_hosts.empty() && rights_at(options, request).has(right);
}

Result<void, http::Reply> check_host(Context& context, const http::Request& request, Right right) {
  if (is_allowed_host(request, context.options->allowed_hosts)) return {};
  return refuse_access(context, request, right,
                       "the host \"" + printable(request.header("Host")) + "\" is not one of server.allowed_hosts");
}

/// A browser would send the password that its user once typed in, whichever page has it ask.
Result<void, http::Reply> check_site(Context& context, const http::Request& request, Right right) {
  if ((right != Right::post && right != Right::admin) || !is_from_other_site(request)) return {};
  const char* const what = right == Right::post ? "post events" : "change this server";
  return refuse_access(context, request, right,
                       std::string("a page of another site may not ") + what + " (Sec-Fetch-Site, Origin)");
}

/// A scrape: who is it, and is that one in scrapers.allow.
Result<void, http::Reply> check_scraper(Context& context, const http::Request& request) {
  if (request.peer.user() && !is_view(request))
    return refuse_access(context, request, Right::scrape,
                         "not at a Unix socket, which cannot take a batch back from a scraper that gave up: scrape by "
                         "TCP; peek=1 may look");
  const Origin origin = find_origin(request, *context.options);
  if (origin.ignored != Origin::Ignored::none) log_ignored(context, request, origin.ignored);
  if (auto may = may_scrape(origin, *context.options); !may)
    return refuse_access(context, request, Right::scrape, std::move(may.error()));
  return {};
}

/// What scrapers get is shown to nobody who may not scrape it.
Result<void, http::Reply> check_viewer(Context& context, const http::Request& request) {
  if (const auto may = may_scrape(find_origin(request, *context.options), *context.options); !may)
    return refuse_access(context, request, Right::view, "only who may scrape may look: " + may.error());
  return {};
}

}  // namespace

Result<void, http::Reply> check_place(Context& context, const http::Request& request, Right right) {
  if (auto checked = check_entrance(context, request, right); !checked) return checked;
  return check_host(context, request, right);
}

Result<void, http::Reply> authorize(Context& context, const http::Request& request, Right right) {
  if (right == Right::none) return {};
  if (!is_open_to_all(*context.options, request, right))
    if (auto checked = check_place(context, request, right); !checked) return checked;
  const bool has_directory = context.options->directory != nullptr;
  if (has_directory || right == Right::admin) [[unlikely]] {
    const bool views = right == Right::scrape && is_view(request);
    if (auto checked = check_client(context, request, right, views); !checked) return checked;
  }
  if (right == Right::scrape) return check_scraper(context, request);
  if (right == Right::view) return check_viewer(context, request);
  return check_site(context, request, right);
}

Result<void, http::Reply> authorize_hook(Context& context, const http::Request& request, bool knows_secret) {
  return knows_secret ? check_entrance(context, request, Right::post) : authorize(context, request, Right::post);
}

}  // namespace oneshot::app
