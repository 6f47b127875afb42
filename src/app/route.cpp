// SPDX-License-Identifier: MIT
#include "app/route.hpp"

#include <array>
#include <utility>

namespace oneshot::app {

const Route* find_route(std::span<const Route> routes, std::string_view path) noexcept {
  const Route* longest = nullptr;
  for (const Route& route : routes) {
    if (route.match == Match::exact) {
      if (route.path == path) return &route;
    } else if (path.starts_with(route.path) && (longest == nullptr || route.path.size() > longest->path.size())) {
      longest = &route;
    }
  }
  return longest;
}

Action action_of(const Route& route, http::Method method) noexcept {
  switch (method) {
    case http::Method::get:
      return route.get;
    case http::Method::head:
      return route.head;
    case http::Method::post:
      return route.post;
    case http::Method::put:
      return route.put;
    case http::Method::del:
      return route.del;
    case http::Method::options:  // the router answers it for all routes
    case http::Method::other:
      break;
  }
  return {};
}

std::string allowed_methods(const Route& route) {
  const std::array<std::pair<std::string_view, const Action&>, 5> all{{{"GET, ", route.get},
                                                                       {"HEAD, ", route.head},
                                                                       {"POST, ", route.post},
                                                                       {"PUT, ", route.put},
                                                                       {"DELETE, ", route.del}}};
  std::string names;
  for (const auto& [name, action] : all)
    if (action.endpoint != nullptr) names += name;
  return names += "OPTIONS";
}

}  // namespace oneshot::app
