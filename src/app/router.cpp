// SPDX-License-Identifier: MIT
#include "app/router.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "app/ingest/post_event.hpp"
#include "app/pages/plain_pages.hpp"
#include "app/scrape/get_metrics.hpp"
#include "base/text.hpp"

namespace oneshot::app {
namespace {

using Endpoint = http::Answer (*)(Context&, const http::Request&, delivery::Waiting&);

/// HEAD is answered wherever GET is; the connection leaves out the body.
struct Route {
  std::string_view path;
  Endpoint get;
  Endpoint head;
  Endpoint post;
};

constexpr std::array routes{
    Route{"/event", nullptr, nullptr, post_event},        Route{"/metrics", get_metrics, head_metrics, nullptr},
    Route{"/healthz", get_health, get_health, nullptr},   Route{"/readyz", get_readiness, get_readiness, nullptr},
    Route{"/-/healthy", get_health, get_health, nullptr}, Route{"/-/ready", get_readiness, get_readiness, nullptr},
    Route{"/", get_welcome, get_welcome, nullptr},
};

Endpoint endpoint_for(const Route& route, http::Method method) noexcept {
  switch (method) {
    case http::Method::get:
      return route.get;
    case http::Method::head:
      return route.head;
    case http::Method::post:
      return route.post;
    case http::Method::other:
      break;
  }
  return nullptr;
}

http::Reply not_found(std::string_view path) {
  std::string text = "there is nothing at \"" + printable(path) + "\"; there are";
  for (const Route& route : routes) (text += ' ') += route.path;
  text += '\n';
  return http::Reply(404, std::move(text));
}

http::Reply not_allowed(const Route& route, std::string_view method) {
  const std::string_view allowed = route.post != nullptr ? "POST" : "GET, HEAD";
  std::string text(route.path);
  text += " takes ";
  text += allowed;
  text += ", not \"" + printable(method) + "\"\n";
  http::Reply reply(405, std::move(text));
  reply.allow = allowed;
  return reply;
}

}  // namespace

Router::Router(Services& services, std::shared_ptr<const Options> options, unsigned worker)
    : context_(services, std::move(options), worker) {}

void Router::use(std::shared_ptr<const Options> options) {
  context_.options = std::move(options);
  context_.event_builder.set_max(context_.options->event.max_event_bytes);
}

http::Answer Router::handle(const http::Request& request, delivery::Waiting& waiting) {
  const auto route = std::find_if(routes.begin(), routes.end(), [&](const Route& r) { return r.path == request.path; });
  if (route == routes.end()) return not_found(request.path);
  const Endpoint endpoint = endpoint_for(*route, request.method);
  if (endpoint == nullptr) return not_allowed(*route, request.method_name);
  return endpoint(context_, request, waiting);
}

}  // namespace oneshot::app
