// SPDX-License-Identifier: MIT
#include "app/router.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "app/access/as_client.hpp"
#include "app/access/authorize.hpp"
#include "app/api/change_scraper.hpp"
#include "app/api/get_events.hpp"
#include "app/api/get_status.hpp"
#include "app/api/get_top.hpp"
#include "app/api/json_reply.hpp"
#include "app/ingest/hook/find_hook.hpp"
#include "app/ingest/hook/post_hook.hpp"
#include "app/ingest/post_event.hpp"
#include "app/ingest/post_events.hpp"
#include "app/pages/plain_pages.hpp"
#include "app/pages/post_reload.hpp"
#include "app/route.hpp"
#include "app/scrape/get_metrics.hpp"
#include "app/ui/get_asset.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

constexpr Action health{get_health, Right::none};
constexpr Action readiness{get_readiness, Right::none};
constexpr Action status{get_status, Right::view};
constexpr Action scrapers{get_scrapers, Right::view};
constexpr Action events{get_events, Right::view};
constexpr Action one_event{get_one_event, Right::view};
constexpr Action top{get_top, Right::view};
constexpr Action openapi{get_openapi, Right::view};
constexpr Action page{get_page, Right::view};
constexpr Action welcome{get_welcome, Right::none};
constexpr Action reload{post_reload, Right::admin};

constexpr std::array routes{
    Route{.path = "/event", .post = {post_event, Right::post}},
    Route{.path = "/events", .body_limit = json_body_limit, .post = {post_events, Right::post}},
    Route{.path = hooks_path,
          .get = {get_hook, Right::none},
          .head = {get_hook, Right::none},
          .post = {post_hook, Right::none}},
    Route{.path = hook_path,
          .match = Match::prefix,
          .body_limit = json_body_limit,
          .get = {get_hook, Right::none},
          .head = {get_hook, Right::none},
          .post = {post_hook, Right::none}},  // post_hook asks for the right where no secret stands for it
    Route{
        .path = "/events/", .match = Match::prefix, .body_limit = json_body_limit, .post = {post_events, Right::post}},
    Route{.path = "/event/", .match = Match::prefix, .post = {post_event, Right::post}},
    // A proxy in front that lets only some in compares paths: what it does not know as /metrics is not /metrics.
    Route{.path = "/metrics",
          .only_plain = true,
          .get = {get_metrics, Right::scrape},
          .head = {head_metrics, Right::scrape}},
    Route{.path = "/healthz", .get = health, .head = health},
    Route{.path = "/readyz", .get = readiness, .head = readiness},
    Route{.path = "/-/healthy", .get = health, .head = health},
    Route{.path = "/-/ready", .get = readiness, .head = readiness},
    Route{.path = "/-/reload", .post = reload, .put = reload},
    Route{.path = "/", .get = welcome, .head = welcome},
    Route{.path = "/api/v1/status", .is_api = true, .get = status, .head = status},
    Route{.path = "/api/v1/scrapers", .is_api = true, .get = scrapers, .head = scrapers},
    Route{.path = "/api/v1/events", .is_api = true, .get = events, .head = events},
    Route{.path = api_events_path, .match = Match::prefix, .is_api = true, .get = one_event, .head = one_event},
    Route{.path = "/api/v1/top", .is_api = true, .get = top, .head = top},
    Route{.path = api_scrapers_path,
          .match = Match::prefix,
          .is_api = true,
          .post = {post_scraper, Right::admin},
          .del = {delete_scraper, Right::admin}},
    Route{.path = "/api/v1/openapi.yaml", .is_api = true, .get = openapi, .head = openapi},
    Route{.path = ui_path, .get = page, .head = page},
    Route{.path = "/ui/", .match = Match::prefix, .get = page, .head = page},
};

constexpr std::string_view api_path = "/api/";
constexpr std::string_view methods_of_all = "GET, HEAD, POST, OPTIONS";  // for OPTIONS *

constexpr bool is_well_formed(const Route& route) {
  const bool head_like_get = (route.get.endpoint == nullptr) == (route.head.endpoint == nullptr);
  return head_like_get && route.get.right == route.head.right &&
         (route.match == Match::exact || route.path.ends_with('/'));
}
static_assert(std::ranges::all_of(routes, is_well_formed));

/// What a client has to show for an action. A hook asks by itself, unless its secret stands for the right.
Right right_needed(const Context& context, const Action& action, std::string_view path) {
  if (action.endpoint != post_hook) return action.right;
  const auto hook = find_hook(context, hook_name(path));
  return hook && !(*hook)->signature().required() ? Right::post : Right::none;
}

http::Reply not_found(std::string_view path, bool hooks) {
  std::string text = "there is nothing at \"" + printable(path) + "\"; there are";
  for (const Route& route : routes)
    if (route.match == Match::exact && (hooks || route.path != hooks_path)) (text += ' ') += route.path;
  text += '\n';
  return http::Reply(404, std::move(text));
}

/// No path needs an escape, and rules of proxies in front compare paths as they are sent.
bool is_misspelt(const Route& route, http::Spelling spelling) noexcept {
  return spelling == http::Spelling::encoded || (route.only_plain && spelling == http::Spelling::slashes);
}

http::Reply misspelt(std::string_view path) {
  return http::Reply(404, "this path must be written as it is: " + printable(path) + '\n');
}

http::Reply options_of(std::string_view allowed) {
  http::Reply reply(200);
  reply.extra_headers.append("Allow: ").append(allowed).append("\r\n");
  return reply;
}

/// Probes are never too many.
bool is_probe(const Route& route) noexcept {
  return route.get.endpoint == get_health || route.get.endpoint == get_readiness;
}

http::Reply too_many_requests() {
  http::Reply reply(429, "too many requests: the web config's rate_limit lets no more in\n");
  reply.retry_after_seconds = 1;
  return reply;
}

http::Reply not_allowed(const Route& route, std::string_view method) {
  const std::string allowed = allowed_methods(route);
  std::string text(route.path);
  text += " takes ";
  text += std::string_view(allowed).substr(0, allowed.rfind(','));  // people do not ask for OPTIONS
  text += ", not \"" + printable(method) + "\"\n";
  http::Reply reply(405, std::move(text));
  reply.extra_headers = "Allow: " + allowed + "\r\n";
  return reply;
}

}  // namespace

Router::Router(Services& services, std::shared_ptr<const Options> options, unsigned worker)
    : context_(services, std::move(options), worker) {
  know_hooks();
}

void Router::use(std::shared_ptr<const Options> options) {
  context_.use(std::move(options));
  know_hooks();
}

void Router::know_hooks() {
  for (const auto& [name, hook] : context_.options->hooks) context_.services.hook_counters.know(name);
}

http::Answer Router::handle(const http::Request& request, delivery::Waiting& waiting) {
  const Route* const route = find_route(routes, request.path);
  const bool is_api = route == nullptr ? request.path.starts_with(api_path) : route->is_api;
  if (is_api) [[unlikely]]
    return in_json(answer(route, request, waiting));
  return answer(route, request, waiting);
}

http::Answer Router::answer(const Route* route, const http::Request& request, delivery::Waiting& waiting) {
  if ((route == nullptr || !is_probe(*route)) && is_too_fast()) return too_many_requests();
  if (request.method == http::Method::options && request.path == "*") return options_of(methods_of_all);
  if (route == nullptr) return not_found(request.path, !context_.options->hooks.empty());
  if (is_misspelt(*route, request.spelling)) return misspelt(request.path);
  if (request.method == http::Method::options) return options_of(allowed_methods(*route));
  const Action action = action_of(*route, request.method);
  if (action.endpoint == nullptr) return not_allowed(*route, request.method_name);
  if (context_.options->directory != nullptr) [[unlikely]] {
    const Right right = right_needed(context_, action, request.path);
    if (right != Right::none) return answer_as_client(context_, request, waiting, action, right);
  }
  if (auto granted = authorize(context_, request, action.right); !granted) return std::move(granted.error());
  return action.endpoint(context_, request, waiting);
}

bool Router::is_too_fast() {
  const TokenRate& rate = context_.options->requests;
  return rate.interval.count() > 0 && !context_.services.requests.take(rate, context_.services.clock.steady());
}

std::size_t Router::body_limit(std::string_view path) const noexcept {
  const Route* const route = find_route(routes, path);
  return route == nullptr ? http::usual_body_limit : route->body_limit;
}

}  // namespace oneshot::app
