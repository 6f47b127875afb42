// SPDX-License-Identifier: MIT
#include "app/access/check_client.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "app/access/rights_in_words.hpp"
#include "app/refusals/refusal_log.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "base/text.hpp"
#include "http/status.hpp"

namespace oneshot::app {
namespace {

// RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 7617 section 2.1.
constexpr std::string_view challenges =
    "WWW-Authenticate: Bearer realm=\"oneshot-metrics-server\"\r\n"
    "WWW-Authenticate: Basic realm=\"oneshot-metrics-server\", charset=\"UTF-8\"\r\n";

std::string_view name_of(Right right) noexcept {
  const auto found = std::ranges::find(right_names, right, &std::pair<std::string_view, Right>::second);
  return found == right_names.end() ? "" : found->first;
}

std::string_view what_it_does(Right right) noexcept {
  if (right == Right::view) return "look at this server";
  return right == Right::admin ? "change this server" : name_of(right);
}

http::Reply refuse_client(Context& context, const http::Request& request, Right right, AuthFailure failure,
                          std::string why) {
  const bool known = failure == AuthFailure::forbidden;
  if (right == Right::post)
    context.counters.count_rejected(known ? event::Reason::forbidden : event::Reason::unauthorized);
  if (right == Right::scrape) context.services.scrape_refusals.count(ScrapeRefusal::not_allowed);
  const Origin origin = find_origin(request, *context.options);
  const int status = known ? http::status::forbidden : http::status::unauthorized;
  log_refused_access(context, {request.peer, origin.address, status}, failure, why);
  http::Reply reply(status, std::move(why) + '\n');
  if (!known) reply.extra_headers = challenges;
  return reply;
}

/// `enough`: the least right that would have done, which is named.
Unexpected<http::Reply> refuse_missing(Context& context, const http::Request& request, Right right, Right enough) {
  std::string why = "this needs credentials with the right \"" + std::string(name_of(enough)) + '"';
  if (context.options->directory == nullptr)
    why += ", which nobody has: give it to a client, a section [clients.NAME] of the config (oneshotctl token new)";
  return Unexpected{refuse_client(context, request, right, AuthFailure::missing, std::move(why))};
}

/// A query that is wrong is refused by others.
Result<void, http::Reply> check_scraper_name(Context& context, const http::Request& request,
                                             const access::Client& client) {
  if (client.scraper.empty()) return {};
  const Result<MetricsQuery> query = parse_metrics_query(request.query);
  if (!query || query->scraper.empty() || query->scraper == client.scraper) return {};
  std::string why =
      "client " + quoted(client.name) + " scrapes as " + quoted(client.scraper) + ", not as " + quoted(query->scraper);
  return Unexpected{refuse_client(context, request, Right::scrape, AuthFailure::forbidden, std::move(why))};
}

}  // namespace

Result<void, http::Reply> check_client(Context& context, const http::Request& request, Right right, bool is_view) {
  const access::Client* const client = context.client;
  const Right enough = is_view ? Right::view : right;
  if (client == nullptr) {
    const bool everybody = context.options->directory == nullptr && right != Right::admin;
    return everybody ? Result<void, http::Reply>() : refuse_missing(context, request, right, enough);
  }
  const Rights& rights = client->rights;
  if (!rights.has(right) && !rights.has(enough)) {
    if (client->anonymous) return refuse_missing(context, request, right, enough);
    std::string why = "client " + quoted(client->name) + " may not " + std::string(what_it_does(enough)) +
                      " (its rights: " + in_words(rights) + ')';
    return Unexpected{refuse_client(context, request, right, AuthFailure::forbidden, std::move(why))};
  }
  return right == Right::scrape ? check_scraper_name(context, request, *client) : Result<void, http::Reply>();
}

http::Reply refuse_wrong_credentials(Context& context, const http::Request& request, Right right) {
  return refuse_client(context, request, right, AuthFailure::wrong, "the credentials are wrong");
}

}  // namespace oneshot::app
