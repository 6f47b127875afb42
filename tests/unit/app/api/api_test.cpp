// SPDX-License-Identifier: MIT
// What tests/system/test_api.py tries from outside in all its rows.
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "json/parser.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using test::Answer;
using test::App;

/// The value at a JSON pointer, as text; fails the test where the answer is no JSON, or has nothing there.
std::string at(const Answer& answer, std::string_view pointer) {
  json::Parser parser(1 << 20);
  const auto value = parser.parse(answer.text);
  REQUIRE_MESSAGE(value.has_value(), answer.text);
  const auto found = value->at_pointer(pointer);
  REQUIRE_MESSAGE(found.has_value(), answer.text);
  std::string text;
  REQUIRE(found->append_scalar(text));
  return text;
}

/// Everybody may do everything.
App for_admins() {
  return App([](Options& options, queue::Options& queue) {
    access::ClientOptionsByName clients;
    clients["anonymous"].rights = all_rights;
    options.directory = access::Directory::make(clients, {}).value();
    queue.names = {"prom"};
  });
}

TEST_CASE("what refuses a request elsewhere in plain text does so in JSON below /api/") {
  App app;
  struct Row {
    Method method;
    std::string target;
    int status;
    std::string error;
  };
  const std::vector<Row> rows{
      {Method::post, "/api/v1/status", 405, "/api/v1/status takes GET, HEAD, not \"POST\""},
      {Method::get, "/api/v1/status?x=1", 400, "unknown parameter \"x\" (there are none here)"},
      {Method::del, "/api/v1/scrapers/prom", 401,
       "this needs credentials with the right \"admin\", which nobody has: give it to a client, a section "
       "[clients.NAME] of the config (oneshotctl token new)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    const Answer answer = app.call({.method = row.method, .target = row.target});
    CHECK(answer.reply.content_type == "application/json");
    CHECK(answer.reply.no_store);
    CHECK(answer.status == row.status);
    CHECK(at(answer, "/error") == row.error);
  }
  const Answer elsewhere = app.get("/nothing");
  CHECK(elsewhere.reply.content_type == http::text_plain);
}

TEST_CASE("the status has the numbers of the own metrics") {
  App app;
  app.scrape("/metrics?scraper=prom");
  app.event("n=1");
  app.post("/event?a-b=1");
  const Answer status = app.get("/api/v1/status");
  CHECK(status.status == 200);
  CHECK(at(status, "/ready") == "true");
  CHECK(at(status, "/storage/kind") == "memory");
  CHECK(at(status, "/events/accepted") == "1");
  CHECK(at(status, "/events/rejected/bad_label_name") == "1");
  CHECK(at(status, "/scrapers/0/name") == "prom");
  CHECK(at(status, "/scrapers/0/waiting") == "1");
  CHECK(at(status, "/refusals/0/reason") == "bad_label_name");
  CHECK(at(status, "/refusals/0/peer") == "10.0.0.7");
  CHECK(at(status, "/refusals/0/status") == "400");
}

TEST_CASE("a single server says nothing of a cluster, not even that there is none") {
  App app;
  app.event("n=1");
  app.scrape("/metrics?scraper=prom");
  const std::string text = app.get("/api/v1/status").text;
  for (const char* word : {"cluster", "replica", "engine", "held_by"})
    CHECK_MESSAGE(text.find(word) == std::string::npos, word);
}

TEST_CASE("a change to a scraper that nobody knows lists those that there are") {
  App app = for_admins();
  for (const std::string target : {"/api/v1/scrapers/porm/skip", "/api/v1/scrapers/porm/replay?since=1h"}) {
    const Answer answer = app.call({.method = Method::post, .target = target});
    CHECK(answer.status == 404);
    CHECK(at(answer, "/error") == "no scraper \"porm\" is known; there are prom; did you mean \"prom\"?");
  }
}

TEST_CASE("a change that is misspelt changes nothing") {
  App app = for_admins();
  app.event("n=1");
  const auto status = [&](Method method, std::string target) {
    return app.call({.method = method, .target = std::move(target)}).status;
  };
  CHECK(status(Method::post, "/api/v1/scrapers/prom") == 404);
  CHECK(status(Method::post, "/api/v1/scrapers/prom/skip/all") == 404);
  CHECK(status(Method::post, "/api/v1/scrapers/prom/skip?since=1h") == 400);
  CHECK(status(Method::post, "/api/v1/scrapers/prom/replay") == 400);
  CHECK(status(Method::del, "/api/v1/scrapers/prom/skip") == 404);
  CHECK(status(Method::del, "/api/v1/scrapers/prom?now") == 400);
  CHECK(event_samples(app.scrape("/metrics?scraper=prom")) == 1);
}

}  // namespace
}  // namespace oneshot::app
