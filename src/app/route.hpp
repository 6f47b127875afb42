// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "access/right.hpp"
#include "app/context.hpp"
#include "http/body_limits.hpp"
#include "http/handler.hpp"

namespace oneshot::app {

using Endpoint = http::Answer (*)(Context&, const http::Request&, delivery::Waiting&);

/// What a route does for one method; nothing without an endpoint.
struct Action {
  Endpoint endpoint = nullptr;
  Right right = Right::none;
};

enum class Match : std::uint8_t {
  exact,
  prefix,  ///< the path, which ends in a slash, and every path below it
};

/// One row of the table of endpoints. HEAD has an action wherever GET has one: the connection leaves out the body.
struct Route {
  std::string_view path;
  Match match = Match::exact;
  std::size_t body_limit = http::usual_body_limit;
  bool is_api = false;      ///< whatever refuses a request here says so in JSON
  bool only_plain = false;  ///< no slash too many, see http::Spelling
  Action get = {};
  Action head = {};
  Action post = {};
  Action put = {};
  Action del = {};
};

/// The route of a (decoded) path; nullptr: none. An exact one before all prefixes, and of those the longest.
[[nodiscard]] const Route* find_route(std::span<const Route> routes, std::string_view path) noexcept;
[[nodiscard]] Action action_of(const Route& route, http::Method method) noexcept;
/// The methods that have an action and OPTIONS, which all routes have, as the header Allow names them.
[[nodiscard]] std::string allowed_methods(const Route& route);

}  // namespace oneshot::app
