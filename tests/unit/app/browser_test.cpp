// SPDX-License-Identifier: MIT
#include "app/browser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using Headers = std::vector<http::Header>;
using http::Method;
using test::App;
using test::deliver;
using test::event_samples;

constexpr std::string_view firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

struct Row {
  const char* why;
  Headers headers;
  bool other_site;
  bool view;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"curl", {{"Host", "h:8090"}, {"User-Agent", "curl/8.0"}}, false, false},
      {"Prometheus", {{"Host", "h:8090"}, {"User-Agent", "Prometheus/3.5.0"}}, false, false},
      {"nothing at all", {}, false, false},
      {"an image of another site", {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}, true, true},
      {"a page of a neighbour", {{"Host", "a.example"}, {"Sec-Fetch-Site", "same-site"}}, true, true},
      {"a word that is not known yet", {{"Sec-Fetch-Site", "elsewhere"}}, true, true},
      {"the address bar", {{"Sec-Fetch-Site", "none"}, {"User-Agent", firefox}}, false, true},
      {"a browser that says no more", {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}, false, true},
      {"Prometheus' Accept",
       {{"Accept", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"}},
       false,
       false},
      {"the address bar, in advance",
       {{"Sec-Fetch-Site", "none"}, {"Sec-Purpose", "prefetch;prerender"}, {"User-Agent", firefox}},
       true,
       true},
      {"a prefetch that says nothing else", {{"sec-purpose", "prefetch"}}, true, true},
      {"an older prefetch", {{"Purpose", "prefetch"}}, true, true},
      {"Firefox's", {{"X-Moz", "prefetch"}}, true, true},
      {"a page of our own",
       {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}, {"User-Agent", firefox}},
       false,
       true},
      {"without TLS: a form of another site",
       {{"Host", "h:8090"}, {"Origin", "http://evil.example"}, {"User-Agent", firefox}},
       true,
       true},
      {"a sandboxed one", {{"Host", "h:8090"}, {"Origin", "null"}}, true, true},
      {"the same host, another port", {{"Host", "h:8090"}, {"Origin", "http://h:80"}}, true, true},
      {"a form of our own", {{"Host", "H:8090"}, {"Origin", "http://h:8090"}, {"User-Agent", firefox}}, false, true},
      {"behind a proxy",
       {{"Host", "127.0.0.1:8090"}, {"X-Forwarded-Host", "events.example"}, {"Origin", "https://events.example"}},
       false,
       false},
      {"without TLS: an image, or the address bar", {{"Host", "h:8090"}, {"User-Agent", firefox}}, false, true},
  };
  return all;
}

TEST_CASE("what a page of another site has a browser send is told from what others send") {
  for (const Row& row : rows()) {
    CAPTURE(row.why);
    http::Request request;
    request.headers = row.headers;
    CHECK(is_from_other_site(request) == row.other_site);
    CHECK(is_view_of_browser(request) == row.view);
  }
}

TEST_CASE("a page of another site posts no event, and takes none") {
  for (const Row& row : rows()) {
    CAPTURE(row.why);
    App app;
    app.scrape();
    app.event("n=1");
    const auto call = [&](Method method, std::string target) {
      return app.call({.method = method, .target = std::move(target), .headers = row.headers});
    };
    test::Answer looked = call(Method::get, "/metrics");
    CHECK(looked.status == 200);
    deliver(looked);
    CHECK(event_samples(app.scrape()) == (row.view ? 1 : 0));
    CHECK(call(Method::post, "/event?n=2").status == (row.other_site ? 403 : 200));
    CHECK(call(Method::post, "/events").status == (row.other_site ? 403 : 415));
  }
}

TEST_CASE("only the hosts of the setting are answered, whatever their port") {
  const std::vector<std::string> hosts{"events.example", "::1", "10.0.0.7"};
  const auto allowed = [&](std::string_view host) {
    const Headers headers{{"Host", host}};
    http::Request request;
    request.headers = headers;
    return is_allowed_host(request, hosts);
  };
  for (const char* host : {"events.example", "Events.Example:8090", "[::1]:8090", "[::1]", "10.0.0.7:80"})
    CHECK_MESSAGE(allowed(host), host);
  for (const char* host : {"evil.example", "events.example.evil", "", "::1", "[::2]", "10.0.0.70"})
    CHECK_FALSE_MESSAGE(allowed(host), host);
}

TEST_CASE("another host is refused where a right is asked for, and probes are answered") {
  App app([](Options& options, queue::Options&) { options.allowed_hosts = {"events.example"}; });
  const auto call = [&](Method method, const char* target, const char* host) {
    return app.call({.method = method, .target = target, .headers = {{"Host", host}}});
  };
  CHECK(call(Method::post, "/event?n=1", "events.example:8090").status == 200);
  CHECK(call(Method::get, "/metrics", "EVENTS.example").status == 200);
  CHECK(call(Method::post, "/event?n=1", "evil.example").status == 403);
  CHECK(call(Method::get, "/metrics", "evil.example").text ==
        "the host \"evil.example\" is not one of server.allowed_hosts\n");
  CHECK(call(Method::get, "/healthz", "10.1.2.3").status == 200);
}

}  // namespace
}  // namespace oneshot::app
