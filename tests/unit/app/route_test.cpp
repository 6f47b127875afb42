// SPDX-License-Identifier: MIT
#include "app/route.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>

namespace oneshot::app {
namespace {

using http::Method;

http::Answer answer(Context& /*context*/, const http::Request& /*request*/, delivery::Waiting& /*waiting*/) {
  return http::Reply(200);
}

constexpr std::array table{
    Route{.path = "/event", .post = {answer, Right::post}},
    Route{.path = "/event/", .match = Match::prefix, .post = {answer, Right::post}},
    Route{.path = "/hook/", .match = Match::prefix, .body_limit = 1024 * 1024, .post = {answer, Right::post}},
    Route{.path = "/hook/list", .get = {answer, Right::view}, .head = {answer, Right::view}},
    Route{.path = "/api/v1/", .match = Match::prefix, .get = {answer, Right::view}},
    Route{.path = "/api/v1/scrapers/",
          .match = Match::prefix,
          .get = {answer, Right::view},
          .put = {answer, Right::admin},
          .del = {answer, Right::admin}},
    Route{.path = "/", .get = {answer, Right::none}, .head = {answer, Right::none}},
};

std::string_view found(std::string_view path) {
  const Route* const route = find_route(table, path);
  return route == nullptr ? std::string_view("none") : route->path;
}

bool takes(const Route& route, Method method) { return action_of(route, method).endpoint != nullptr; }

}  // namespace

TEST_CASE("an exact path is itself and nothing longer or shorter") {
  CHECK(found("/event") == "/event");
  CHECK(found("/") == "/");
  CHECK(found("/eventx") == "none");
  CHECK(found("/even") == "none");
  CHECK(found("") == "none");
  CHECK(found("/other") == "none");
}

TEST_CASE("a prefix takes itself and what is below it") {
  CHECK(found("/event/") == "/event/");
  CHECK(found("/event/deploys") == "/event/");
  CHECK(found("/event/a/b/") == "/event/");
  CHECK(found("/hook/x") == "/hook/");
  CHECK(found("/hook") == "none");
  CHECK(found("/hookx/y") == "none");
  CHECK(found("/api/v1") == "none");
}

TEST_CASE("an exact path comes before a prefix, whichever stands first in the table") {
  CHECK(found("/hook/list") == "/hook/list");
  CHECK(found("/hook/list/") == "/hook/");
  CHECK(found("/hook/lists") == "/hook/");
}

TEST_CASE("of prefixes the longest wins, whichever stands first in the table") {
  CHECK(found("/api/v1/status") == "/api/v1/");
  CHECK(found("/api/v1/scrapers") == "/api/v1/");
  CHECK(found("/api/v1/scrapers/") == "/api/v1/scrapers/");
  CHECK(found("/api/v1/scrapers/prom-a") == "/api/v1/scrapers/");
  const std::array reversed{table[5], table[4]};
  CHECK(find_route(reversed, "/api/v1/scrapers/prom-a")->path == "/api/v1/scrapers/");
}

TEST_CASE("each method has its own endpoint and its own right") {
  const Route& scrapers = table[5];
  CHECK(action_of(scrapers, Method::get).right == Right::view);
  CHECK(action_of(scrapers, Method::del).right == Right::admin);
  CHECK(takes(scrapers, Method::put));
  for (const Method none : {Method::post, Method::head, Method::other}) {
    CHECK_FALSE(takes(scrapers, none));
    CHECK(action_of(scrapers, none).right == Right::none);
  }
}

TEST_CASE("the methods that are allowed are those with an endpoint") {
  CHECK(allowed_methods(table[0]) == "POST, OPTIONS");
  CHECK(allowed_methods(table[3]) == "GET, HEAD, OPTIONS");
  CHECK(allowed_methods(table[5]) == "GET, PUT, DELETE, OPTIONS");
  CHECK(allowed_methods(Route{.path = "/none"}) == "OPTIONS");
}

TEST_CASE("a route has the usual body limit, or its own") {
  CHECK(table[0].body_limit == 65536);
  CHECK(find_route(table, "/hook/x")->body_limit == 1048576);
}

}  // namespace oneshot::app
