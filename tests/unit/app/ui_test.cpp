// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "app/ui/assets.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;

bool has(const Answer& answer, std::string_view line) {
  return answer.reply.extra_headers.find(line) != std::string::npos;
}

TEST_CASE("a browser is led from the root to the page, and nobody else is") {
  App app;
  const Answer browser = app.call({.target = "/", .headers = {{"Accept", "text/html,*/*;q=0.8"}}});
  CHECK(browser.status == 302);
  CHECK(browser.reply.extra_headers == "Location: ui/\r\nVary: Accept\r\n");
  for (const std::string_view accept : {"*/*", "text/plain", "text/html;q=0"}) {
    const Answer other = app.call({.target = "/", .headers = {{"Accept", accept}}});
    CHECK(other.status == 200);
    CHECK(has(other, "Vary: Accept"));
  }
}

TEST_CASE("a file of the page that the browser has is not sent again") {
  App app;
  for (const Asset& asset : assets()) {
    CAPTURE(asset.name);
    const std::string target = "/ui/" + std::string(asset.name);
    const Answer first = app.get(target);
    CHECK(first.status == 200);
    CHECK(first.text == asset.body);
    CHECK(first.reply.content_type == asset.content_type);
    CHECK(has(first, "ETag: " + std::string(asset.etag) + "\r\nCache-Control: no-cache\r\n"));
    const std::string known = "W/\"other\", " + std::string(asset.etag);
    const Answer again = app.call({.target = target, .headers = {{"If-None-Match", known}}});
    CHECK(again.status == 304);
    CHECK(again.text.empty());
    CHECK(app.call({.target = target, .headers = {{"If-None-Match", "\"other\""}}}).status == 200);
  }
}

TEST_CASE("every answer of the page says what its browser may do with it") {
  App app;
  for (const std::string target : {"/ui/index.html", "/ui/main.js", "/ui/style.css", "/ui/icon.svg"}) {
    const Answer answer = app.get(target);
    CHECK(has(answer,
              "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
              "'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"));
    CHECK(has(answer, "X-Content-Type-Options: nosniff\r\n"));
    CHECK(has(answer, "Referrer-Policy: no-referrer\r\n"));
  }
}

TEST_CASE("what the page does not have is 404") {
  App app;
  const Answer answer = app.get("/ui/other.js");
  CHECK(answer.status == 404);
  CHECK(answer.text == "the page has no file \"other.js\"\n");
}

}  // namespace
}  // namespace oneshot::app
