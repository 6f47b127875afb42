// SPDX-License-Identifier: MIT
#include "app/api/change_scraper.hpp"

#include <algorithm>
#include <asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "app/api/json_reply.hpp"
#include "app/api/query.hpp"
#include "app/api/unknown_scraper.hpp"
#include "app/moment.hpp"
#include "app/scrape/scraper_identity.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "json/writer.hpp"

namespace oneshot::app {
namespace {

using queue::Changed;

constexpr int not_found = 404;
constexpr int conflict = 409;

/// A change that was asked for. What is in it does not change with the settings while the change waits.
struct AskedChange {
  AskedChange(Context& c, const http::Request& request, std::string_view scraper_name, std::string_view what)
      : context(c),
        scraper(scraper_name),
        verb(what),
        who(c.client == nullptr || c.client->anonymous ? find_origin(request, *c.options).address.text()
                                                       : c.client->name) {}
  Context& context;
  std::string scraper;
  std::string_view verb;  ///< of static storage: "replay"
  std::string who;        ///< the client, or the address
};

/// `from` is shown where it is given.
std::string change_text(std::string_view counted, const Changed& changed, bool replayed) {
  std::string text;
  json::Writer out(text);
  out.object().member(counted, changed.events);
  if (replayed) out.member("from_unix_ms", changed.from_unix_ms);
  out.end_object();
  return text;
}

/// Why the change was not made.
http::Reply refusal_of(const AskedChange& asked, Changed::What why) {
  switch (why) {
    case Changed::What::unknown:
      return unknown_scraper(asked.scraper, asked.context.services.queue);
    case Changed::What::named:
      return json_error(conflict, "scraper " + quoted(asked.scraper) +
                                      " is one of scrapers.names: take it out of the settings and reload them");
    case Changed::What::stopping:
      return json_error(503, "the program ends");
    case Changed::What::perhaps:
      return json_error(504,
                        "the cluster's engine did not answer in time: the change may still happen, look at the "
                        "scraper before you ask again");
    case Changed::What::busy:
    case Changed::What::done:
      break;
  }
  return json_error(conflict, "a batch is still on its way to scraper " + quoted(asked.scraper) +
                                  ", or it waits for one; "
                                  "ask again in a second, or stop that scraper first");
}

http::Reply answer_to(const AskedChange& asked, const Changed& changed) {
  if (changed.what != Changed::What::done) return refusal_of(asked, changed.what);
  log::info("scraper changed",
            {{"scraper", asked.scraper}, {"change", asked.verb}, {"events", changed.events}, {"asked_by", asked.who}});
  const bool replayed = asked.verb == "replay";
  return json_reply(change_text(replayed ? "events" : "dropped", changed, replayed));
}

asio::awaitable<http::Reply> finish_change(AskedChange asked, asio::awaitable<Changed> change) {
  const Changed changed = co_await std::move(change);
  co_return answer_to(asked, changed);
}

http::Answer replay(AskedChange asked, const http::Request& request, delivery::Waiting& waiting) {
  const auto query = ApiQuery::parse(request.query, {"since"});
  if (!query) return json_error(http::status::bad_request, query.error());
  const std::string_view since = query->find("since");
  if (since.data() == nullptr)
    return json_error(http::status::bad_request, "since is missing: write how far back, as in replay?since=1h");
  const auto moment = parse_moment("since", since, asked.context.services.clock.unix_ms());
  if (!moment) return json_error(http::status::bad_request, moment.error());
  auto change = asked.context.services.queue.replay(asked.scraper, *moment, waiting);
  return finish_change(std::move(asked), std::move(change));
}

http::Answer skip(AskedChange asked, const http::Request& request, delivery::Waiting& waiting) {
  if (const auto query = ApiQuery::parse(request.query, {}); !query)
    return json_error(http::status::bad_request, query.error());
  auto change = asked.context.services.queue.skip(asked.scraper, waiting);
  return finish_change(std::move(asked), std::move(change));
}

http::Reply unknown_change(std::string_view path) {
  return json_error(not_found, "there is nothing at " + quoted(path) +
                                   "; POST to /api/v1/scrapers/NAME/replay?since=1h or /api/v1/scrapers/NAME/skip, "
                                   "DELETE /api/v1/scrapers/NAME");
}

}  // namespace

http::Answer post_scraper(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  const std::string_view rest = request.path.substr(api_scrapers_path.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view name = rest.substr(0, slash);
  const std::string_view verb = rest.substr(slash);
  if (verb == "/replay") return replay(AskedChange(context, request, name, "replay"), request, waiting);
  if (verb == "/skip") return skip(AskedChange(context, request, name, "skip"), request, waiting);
  return unknown_change(request.path);
}

http::Answer delete_scraper(Context& context, const http::Request& request, delivery::Waiting& waiting) {
  const std::string_view name = request.path.substr(api_scrapers_path.size());
  if (name.find('/') != std::string_view::npos) return unknown_change(request.path);
  if (const auto query = ApiQuery::parse(request.query, {}); !query)
    return json_error(http::status::bad_request, query.error());
  AskedChange asked(context, request, name, "forget");
  auto change = context.services.queue.forget(asked.scraper, waiting);
  return finish_change(std::move(asked), std::move(change));
}

}  // namespace oneshot::app
