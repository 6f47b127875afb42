// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using test::Answer;
using test::App;

App with_listeners() {
  return App([](Options& options, queue::Options&) {
    options.rights = {Right::post};
    options.listeners = {{"scrape", {":1", {Right::scrape}}}, {"look", {":2", {Right::view}}}, {"shut", {":3", {}}}};
    options.hooks = {};
  });
}

TEST_CASE("an address lets do what its rights say, whoever asks") {
  App app = with_listeners();
  struct Row {
    Method method;
    std::string target;
    std::vector<int> statuses;  ///< at server, scrape, look, shut
  };
  const std::vector<Row> rows{
      {Method::post, "/event?a=1", {200, 403, 403, 403}},
      {Method::post, "/events", {415, 403, 403, 403}},
      {Method::post, "/event/x?a=1", {404, 403, 403, 403}},
      {Method::get, "/metrics?scraper=s", {403, 200, 403, 403}},
      {Method::head, "/metrics", {403, 200, 403, 403}},
      {Method::get, "/metrics?peek=1&scraper=s", {403, 200, 200, 403}},
      {Method::get, "/metrics?peek=0", {403, 200, 403, 403}},
      {Method::get, "/metrics?x=1", {403, 400, 403, 403}},
      {Method::get, "/", {200, 200, 200, 200}},
      {Method::get, "/healthz", {200, 200, 200, 200}},
      {Method::get, "/readyz", {200, 200, 200, 200}},
      {Method::get, "/nothing", {404, 404, 404, 404}},
  };
  for (const Row& row : rows) {
    for (std::uint8_t listener = 0; listener < row.statuses.size(); ++listener) {
      CAPTURE(row.target);
      CAPTURE(static_cast<int>(listener));
      Answer answer = app.call({.method = row.method, .target = row.target, .listener = listener});
      test::deliver(answer);
      CHECK(answer.status == row.statuses[listener]);
    }
  }
}

TEST_CASE("a refusal names the address, what it allows and what to do, and is counted") {
  App app = with_listeners();
  CHECK(app.call({.method = Method::post, .target = "/event?a=1", .listener = 1}).text ==
        "not at this address: listeners.scrape.rights allows scrape; use another address of this server\n");
  CHECK(app.call({.target = "/metrics", .listener = 0}).text ==
        "not at this address: server.rights allows post; use another address of this server\n");
  CHECK(app.call({.target = "/metrics", .listener = 3}).text ==
        "not at this address: listeners.shut.rights allows nothing; use another address of this server\n");
  const Answer metrics = app.call({.target = "/metrics?scraper=s", .listener = 1});
  CHECK(test::value_of(metrics, "oneshot_events_rejected_total", {{"reason", "forbidden"}}) == 1);
}

}  // namespace
}  // namespace oneshot::app
