// SPDX-License-Identifier: MIT
#include "app/router.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using test::Answer;
using test::App;

TEST_CASE("every path and method has its answer") {
  struct Row {
    Method method;
    std::string target;
    int status;
    std::string allow;
  };
  const std::vector<Row> rows{
      {Method::get, "/", 200, ""},
      {Method::head, "/", 200, ""},
      {Method::post, "/", 405, "GET, HEAD, OPTIONS"},
      {Method::get, "/healthz", 200, ""},
      {Method::head, "/healthz", 200, ""},
      {Method::get, "/-/healthy", 200, ""},
      {Method::get, "/readyz", 200, ""},
      {Method::get, "/-/ready", 200, ""},
      {Method::other, "/readyz", 405, "GET, HEAD, OPTIONS"},
      {Method::get, "/metrics", 200, ""},
      {Method::head, "/metrics", 200, ""},
      {Method::post, "/metrics", 405, "GET, HEAD, OPTIONS"},
      {Method::post, "/event?a=1", 200, ""},
      {Method::get, "/event", 405, "POST, OPTIONS"},
      {Method::head, "/event", 405, "POST, OPTIONS"},
      {Method::other, "/event", 405, "POST, OPTIONS"},
      {Method::put, "/event", 405, "POST, OPTIONS"},
      {Method::del, "/metrics", 405, "GET, HEAD, OPTIONS"},
      {Method::options, "/event", 200, "POST, OPTIONS"},
      {Method::options, "/metrics", 200, "GET, HEAD, OPTIONS"},
      {Method::options, "*", 200, "GET, HEAD, POST, OPTIONS"},
      {Method::options, "/nothing", 404, ""},
      {Method::get, "/nothing", 404, ""},
      {Method::post, "/nothing", 404, ""},
      {Method::get, "/metrics/", 404, ""},
      {Method::get, "/Metrics", 404, ""},
      {Method::get, "", 404, ""},
  };
  App app;
  for (const Row& row : rows) {
    CAPTURE(row.target);
    CAPTURE(static_cast<int>(row.method));
    const Answer answer = app.call({.method = row.method, .target = row.target});
    CHECK(answer.status == row.status);
    std::string headers = row.allow.empty() ? "" : "Allow: " + row.allow + "\r\n";
    if (row.target == "/metrics" && row.status == 200 && row.allow.empty())
      headers = "Vary: Accept, Accept-Encoding\r\n";
    if (row.target == "/" && row.status == 200) headers = "Vary: Accept\r\n";
    CHECK(answer.reply.extra_headers == headers);
  }
}

TEST_CASE("a 404 names the paths that there are, and shows what was asked for on one line") {
  App app;
  const Answer answer = app.get("/a\n\xff");
  CHECK(answer.text ==
        "there is nothing at \"/a\\n\\xFF\"; there are /event /events /metrics "
        "/healthz /readyz /-/healthy /-/ready /-/reload / /api/v1/status /api/v1/scrapers /api/v1/events /api/v1/top "
        "/api/v1/openapi.yaml /ui\n");
}

TEST_CASE("scrapers.allow is asked where the right to scrape is needed, and nowhere else") {
  App app([](Options& options, queue::Options& /*queue*/) { options.allow = networks({"10.0.0.0/8"}); });
  const auto status = [&app](Method method, const std::string& target) {
    return app.call({.method = method, .target = target, .peer = "192.0.2.1"}).status;
  };
  CHECK(status(Method::get, "/metrics") == 403);
  CHECK(status(Method::head, "/metrics") == 403);
  CHECK(status(Method::get, "/metrics?peek=1") == 403);
  CHECK(status(Method::get, "/metrics?peek=x") == 403);
  CHECK(status(Method::get, "/api/v1/events") == 403);
  CHECK(status(Method::get, "/ui/index.html") == 403);
  CHECK(status(Method::post, "/metrics") == 405);
  CHECK(status(Method::post, "/event?a=b") == 200);
  CHECK(status(Method::get, "/") == 200);
  CHECK(status(Method::get, "/healthz") == 200);
  CHECK(app.get("/metrics", "10.0.0.7").status == 200);
}

TEST_CASE("every path takes bodies of 64 KiB") {
  App app;
  for (const std::string_view path : {"/event", "/metrics", "/", "/nothing"})
    CHECK(app.router->body_limit(path) == 65536);
}

TEST_CASE("a 405 says what the path takes") {
  App app;
  CHECK(app.get("/event").text == "/event takes POST, not \"GET\"\n");
}

TEST_CASE("the welcome page shows a curl line with the host as the client knows it") {
  App app;
  const Answer known = app.call({.target = "/", .headers = {{"Host", "metrics.example:8090"}}});
  CHECK(known.text.find("curl -X POST 'http://metrics.example:8090/event?") != std::string::npos);
  const Answer hostile = app.call({.target = "/", .headers = {{"Host", "x'; rm -rf /"}}});
  CHECK(hostile.text.find("rm -rf") == std::string::npos);
  CHECK(hostile.text.find("curl -X POST 'http://localhost:8090/event?") != std::string::npos);
}

TEST_CASE("health is OK while the process lives; readiness follows the service") {
  App app;
  CHECK(app.get("/readyz").text == "OK");
  app.services->readiness.enter(Readiness::Phase::starting);
  CHECK(app.get("/readyz").status == 503);
  CHECK(app.get("/readyz").text == "starting\n");
  app.services->readiness.enter(Readiness::Phase::stopping);
  CHECK(app.get("/-/ready").status == 503);
  CHECK(app.get("/-/ready").text == "stopping\n");
  CHECK(app.get("/healthz").status == 200);
  CHECK(app.get("/healthz").text == "OK");
}

TEST_CASE("new settings hold from the next request on") {
  App app;
  CHECK(app.post("/event?a=" + std::string(100, 'x')).status == 200);
  auto changed = std::make_shared<Options>(app.options);
  changed->event.max_event_bytes = 50;
  app.router->use(changed);
  CHECK(app.post("/event?a=" + std::string(100, 'x')).status == 413);
}

}  // namespace
}  // namespace oneshot::app
