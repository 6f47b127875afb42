// SPDX-License-Identifier: MIT
// Who may do what, by the clients of the settings: what tests/system/test_access.py tries from outside in all its rows.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/access/authorize.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using test::Answer;
using test::App;

// `printf %s TOKEN | sha256sum`, and `htpasswd -nbBC 4 prom-a 'open sesame'`.
constexpr const char* digest_of_sesam = "db6b24692506611e2549894ab528b028af27e114f74fabf2fcb2b0e740fe5a04";
constexpr const char* hash_of_open_sesame = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";
const http::Header ci{"Authorization", "Bearer sesam"};
const http::Header prom{"Authorization", "Basic cHJvbS1hOm9wZW4gc2VzYW1l"};
const http::Header wrong_password{"Authorization", "Basic cHJvbS1hOm9wZW4gc2VzYW0="};

access::ClientOptionsByName usual_clients() {
  access::ClientOptions poster;
  poster.token_sha256 = digest_of_sesam;
  poster.rights = {Right::post};
  access::ClientOptions scraper;
  scraper.password_bcrypt = hash_of_open_sesame;
  scraper.rights = {Right::scrape};
  scraper.scraper = "prom-a";
  return {{"ci", poster}, {"prom-a", scraper}};
}

void use_clients(Options& options, const access::ClientOptionsByName& clients) {
  options.directory = access::Directory::make(clients, {}).value();
}

App with_clients(const std::function<void(access::ClientOptionsByName&)>& change = {},
                 const std::function<void(Options&, queue::Options&)>& change_options = {}) {
  return App([&](Options& options, queue::Options& queue) {
    queue.names = {"prom-a"};
    access::ClientOptionsByName clients = usual_clients();
    if (change) change(clients);
    if (change_options) change_options(options, queue);
    use_clients(options, clients);
  });
}

Answer post(App& app, std::string target, std::vector<http::Header> headers, std::string body = {}) {
  return app.call(
      {.method = Method::post, .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
}

Answer scrape_as(App& app, const http::Header& header, std::string target = "/metrics") {
  Answer answer = app.call({.target = std::move(target), .headers = {header}});
  test::read_source(answer);
  test::deliver(answer);
  return answer;
}

/// The lines of the events in an exposition.
std::string events_in(const Answer& answer) {
  std::string lines;
  for (std::size_t at = 0; at < answer.text.size();) {
    const std::size_t end = answer.text.find('\n', at);
    const std::string line = answer.text.substr(at, end - at);
    if (line.starts_with("events_to_metrics{") || line.starts_with("deploys{")) lines += line + '\n';
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("who shows nothing is asked to, in both ways there are") {
  App app = with_clients();
  const Answer answer = app.post("/event?a=1");
  CHECK(answer.status == 401);
  CHECK(answer.text == "this needs credentials with the right \"post\"\n");
  CHECK(answer.reply.extra_headers ==
        "WWW-Authenticate: Bearer realm=\"oneshot-metrics-server\"\r\n"
        "WWW-Authenticate: Basic realm=\"oneshot-metrics-server\", charset=\"UTF-8\"\r\n");
  CHECK(app.get("/metrics").text == "this needs credentials with the right \"scrape\"\n");
  CHECK(app.get("/healthz").status == 200);
  CHECK(app.get("/").status == 200);
}

TEST_CASE("wrong credentials are wrong, whichever part it is, and also where none are needed") {
  App app = with_clients();
  for (const char* const wrong : {"Bearer sesame", "Basic !", "Basic cHJvbS1iOm9wZW4gc2VzYW1l", "Digest x", ""}) {
    CAPTURE(wrong);
    const Answer answer = post(app, "/event?a=1", {{"Authorization", wrong}});
    CHECK(answer.status == 401);
    CHECK(answer.text == "the credentials are wrong\n");
    CHECK(answer.reply.extra_headers.starts_with("WWW-Authenticate: Bearer"));
  }
  CHECK(post(app, "/event?a=1", {wrong_password}).text == "the credentials are wrong\n");
  CHECK(post(app, "/event?a=1", {wrong_password}).text == "the credentials are wrong\n");  // remembered
  App open = with_clients([](auto& clients) { clients["anonymous"].rights = {Right::post}; });
  CHECK(open.post("/event?a=1").status == 200);
  CHECK(post(open, "/event?a=1", {wrong_password}).status == 401);
}

TEST_CASE("a client does what its rights say, and is told which they are") {
  App app = with_clients();
  CHECK(post(app, "/event?a=1", {ci}).status == 200);
  CHECK(scrape_as(app, ci).text == "client \"ci\" may not scrape (its rights: post)\n");
  CHECK(scrape_as(app, ci).status == 403);
  CHECK(post(app, "/event?a=1", {prom}).text == "client \"prom-a\" may not post (its rights: scrape)\n");
  CHECK(events_in(scrape_as(app, prom)) == "events_to_metrics{a=\"1\"} 1\n");
}

TEST_CASE("a client with a scraper's name is that scraper, and no other") {
  App app = with_clients();
  CHECK(post(app, "/event?a=1", {ci}).status == 200);
  const Answer other = scrape_as(app, prom, "/metrics?scraper=x");
  CHECK(other.status == 403);
  CHECK(other.text == "client \"prom-a\" scrapes as \"prom-a\", not as \"x\"\n");
  CHECK(scrape_as(app, prom, "/metrics?scraper=x&peek=1").status == 403);
  CHECK(scrape_as(app, prom, "/metrics?scrapper=x").status == 400);
  CHECK(events_in(scrape_as(app, prom, "/metrics?scraper=prom-a")) == "events_to_metrics{a=\"1\"} 1\n");
  CHECK(post(app, "/event?a=2", {ci}).status == 200);
  CHECK(events_in(scrape_as(app, prom)) == "events_to_metrics{a=\"2\"} 1\n");
  CHECK(app.call({.method = Method::head, .target = "/metrics", .headers = {prom}}).status == 200);
  CHECK(app.queue->statistics().scrapers.size() == 1);
}

TEST_CASE("who may view may look at events, and takes none") {
  App app = with_clients([](auto& clients) { clients["ci"].rights = {Right::view}; });
  CHECK(scrape_as(app, ci, "/metrics?scraper=s").status == 403);
  CHECK(scrape_as(app, prom).status == 200);
  CHECK(scrape_as(app, ci, "/metrics?scraper=prom-a&peek=1").status == 200);
  CHECK(scrape_as(app, prom, "/metrics?peek=1").status == 200);
}

TEST_CASE("scrapers.allow and the client both have to agree") {
  App app = with_clients({}, [](Options& options, queue::Options&) { options.allow = networks({"10.9.0.0/16"}); });
  const Answer answer = scrape_as(app, prom);
  CHECK(answer.status == 403);
  CHECK(answer.text == "10.0.0.7 may not scrape (scrapers.allow)\n");
  CHECK(app.get("/metrics", "10.9.0.1").status == 401);
}

TEST_CASE("admin is nobody's who was not given it, and no other site's page has it") {
  App app;
  Context context(*app.services, std::make_shared<const Options>(app.options), 0);
  http::Request request;
  const auto said = [&](Right right) {
    const auto granted = authorize(context, request, right);
    return granted ? "granted" : granted.error().body;
  };
  CHECK(said(Right::view) == "granted");
  CHECK(said(Right::admin) ==
        "this needs credentials with the right \"admin\", which nobody has: give it to a client, a section "
        "[clients.NAME] of the config (oneshotctl token new)\n");

  access::ClientOptionsByName clients;
  clients["anonymous"].rights = {Right::admin};
  use_clients(app.options, clients);
  context.use(std::make_shared<const Options>(app.options));
  CHECK(said(Right::admin) == "this needs credentials with the right \"admin\"\n");  // nobody was asked for
  context.client = &context.options->directory->anonymous();
  CHECK(said(Right::admin) == "granted");
  CHECK(said(Right::post) == "this needs credentials with the right \"post\"\n");
  for (const std::string site : {"same-origin", "none", "cross-site", "same-site"}) {
    CAPTURE(site);
    const std::vector<http::Header> headers{{"Sec-Fetch-Site", site}};
    request.headers = headers;
    const bool own = site == "same-origin" || site == "none";
    CHECK(said(Right::admin) ==
          (own ? "granted" : "a page of another site may not change this server (Sec-Fetch-Site, Origin)\n"));
  }
}

TEST_CASE("a client's labels are on its events, whatever the form of the body") {
  App app = with_clients(
      [](auto& clients) {
        clients["ci"].labels = {{"team", "web"}, {"at", "\"x\""}};
      },
      [](Options& options, queue::Options&) {
        ingest::HookOptions hook;
        hook.labels = {{"type", "{/t}"}};
        options.hooks.emplace("h", std::make_shared<const ingest::Hook>(ingest::Hook::make(hook).value()));
      });
  const http::Header json{"Content-Type", "application/json"};
  const http::Header lines{"Content-Type", "application/x-ndjson"};
  CHECK(post(app, "/event?type=query", {ci}).status == 200);
  CHECK(post(app, "/event", {ci}, "type=form").status == 200);
  CHECK(post(app, "/event", {ci, json}, R"({"type":"json"})").status == 200);
  CHECK(post(app, "/event", {ci, {"Content-Type", "application/cloudevents+json"}},
             R"({"specversion":"1.0","id":"1","source":"s","type":"ce"})")
            .status == 200);
  CHECK(post(app, "/events", {ci, lines}, "{\"type\":\"line\"}\n").status == 200);
  CHECK(post(app, "/events", {ci, json}, R"([{"type":"list"}])").status == 200);
  CHECK(post(app, "/hook/h", {ci, json}, R"({"t":"hook"})").status == 200);
  const std::string events = events_in(scrape_as(app, prom));
  for (const char* const type : {"query", "form", "json", "line", "list", "hook"})
    CHECK(events.find(std::string("{at=\"\\\"x\\\"\",team=\"web\",type=\"") + type + "\"} 1") != std::string::npos);
  CHECK(events.find("{at=\"\\\"x\\\"\",source=\"s\",team=\"web\",type=\"ce\"} 1") != std::string::npos);
}

TEST_CASE("a stamped label is the server's: another value is refused, the same is fine, alone it says nothing") {
  App app = with_clients([](auto& clients) { clients["ci"].labels = {{"team", "web"}}; });
  const Answer other = post(app, "/event?a=1&team=ops", {ci});
  CHECK(other.status == 400);
  CHECK(other.text == "label \"team\" is set by the server for client \"ci\": leave it out\n");
  CHECK(post(app, "/event?a=1&team=web", {ci}).status == 200);
  CHECK(post(app, "/event?a=2&team=", {ci}).status == 200);
  CHECK(post(app, "/event?team=web&team=web", {ci}).status == 400);
  CHECK(post(app, "/event?team=&team=ops&a=1", {ci}).status == 400);
  CHECK(post(app, "/event", {ci}).status == 400);
  CHECK(events_in(scrape_as(app, prom)) ==
        "events_to_metrics{a=\"1\",team=\"web\"} 1\nevents_to_metrics{a=\"2\",team=\"web\"} 1\n");
}

TEST_CASE("the labels of one client are not on the events of another") {
  App app = with_clients([](auto& clients) {
    clients["ci"].labels = {{"team", "web"}};
    clients["anonymous"].rights = {Right::post};
  });
  CHECK(post(app, "/event?a=1", {ci}).status == 200);
  CHECK(app.post("/event?a=2&team=ops").status == 200);
  CHECK(events_in(scrape_as(app, prom)) ==
        "events_to_metrics{a=\"1\",team=\"web\"} 1\nevents_to_metrics{a=\"2\",team=\"ops\"} 1\n");
}

TEST_CASE("a client posts the metrics that it may") {
  App app = with_clients([](auto& clients) { clients["ci"].metrics = {"deploys"}; },
                         [](Options& options, queue::Options&) {
                           options.metrics = {{"deploys", {}}, {"x", {}}};
                         });
  CHECK(post(app, "/event/deploys?a=1", {ci}).status == 200);
  const Answer other = post(app, "/event/x?a=1", {ci});
  CHECK(other.status == 403);
  CHECK(other.text == "client \"ci\" may not post metric \"x\"\n");
  CHECK(post(app, "/event?a=1", {ci}).text == "client \"ci\" may not post metric \"events_to_metrics\"\n");
  CHECK(post(app, "/events/x?partial=1", {ci, {"Content-Type", "application/x-ndjson"}}, "{\"a\":1}\n")
            .text.find("may not post metric \\\"x\\\"") != std::string::npos);
  CHECK(post(app, "/event/nothing?a=1", {ci}).status == 404);
}

TEST_CASE("a client has the rate of its own wherever it sends from, and others have that of their address") {
  App app = with_clients([](auto& clients) {
    clients["ci"].rate_limit = 1;
    clients["ci"].rate_burst = 2;
    clients["anonymous"].rights = {Right::post};
  });
  for (const char* const peer : {"10.0.0.1", "10.0.0.2"})
    CHECK(app.call({.method = Method::post, .target = "/event?a=1", .headers = {ci}, .peer = peer}).status == 200);
  const Answer third = app.call({.method = Method::post, .target = "/event?a=1", .headers = {ci}, .peer = "10.0.0.3"});
  CHECK(third.status == 429);
  CHECK(third.text ==
        "this client sends more than 1 events per second (clients.ci.rate_limit; 2 at once): try again in 1 s\n");
  CHECK(app.post("/event?a=1").status == 200);
}

TEST_CASE("nobody suppresses another client's events by their keys") {
  App app = with_clients([](auto& clients) { clients["anonymous"].rights = {Right::post}; });
  const http::Header key{"Idempotency-Key", "\"k\""};
  CHECK(post(app, "/event?a=1", {key}).reply.extra_headers.empty());
  CHECK(post(app, "/event?a=1", {ci, key}).reply.extra_headers.empty());
  CHECK(post(app, "/event?a=1", {ci, key}).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(events_in(scrape_as(app, prom)) == "events_to_metrics{a=\"1\"} 2\n");
}

TEST_CASE("a hook's secret stands for the right, and its header is no credentials of a client") {
  App app = with_clients({}, [](Options& options, queue::Options&) {
    ingest::HookOptions hook;
    hook.labels = {{"type", "{/t}"}};
    options.hooks.emplace("open", std::make_shared<const ingest::Hook>(ingest::Hook::make(hook).value()));
    hook.signature = "token:Authorization";
    hook.secret_file = "/s";
    hook.secret = "s3cret";
    options.hooks.emplace("signed", std::make_shared<const ingest::Hook>(ingest::Hook::make(hook).value()));
  });
  CHECK(post(app, "/hook/signed", {{"Authorization", "Bearer s3cret"}}, R"({"t":"x"})").status == 200);
  CHECK(post(app, "/hook/signed", {ci}, R"({"t":"x"})").text.starts_with("hook \"signed\": the signature is wrong"));
  CHECK(post(app, "/hook/open", {{"Authorization", "Bearer s3cret"}}, R"({"t":"x"})").status == 401);
  CHECK(post(app, "/hook/open", {}, R"({"t":"x"})").status == 401);
  CHECK(post(app, "/hook/open", {prom}, R"({"t":"x"})").status == 403);
  CHECK(post(app, "/hook/open", {ci}, R"({"t":"x"})").status == 200);
  CHECK(post(app, "/hook/nothing", {}, "{}").status == 404);
}

TEST_CASE("refusals and events are counted, from 0 at the start") {
  App app = with_clients();
  const Answer before = scrape_as(app, prom);
  for (const char* const reason : {"missing", "wrong", "forbidden"})
    CHECK(test::value_of(before, "oneshot_auth_failures_total", {{"reason", reason}}) == 0);
  for (const char* const client : {"ci", "prom-a", "anonymous"})
    CHECK(test::value_of(before, "oneshot_client_events_accepted_total", {{"client", client}}) == 0);
  app.post("/event?a=1");
  post(app, "/event?a=1", {{"Authorization", "Bearer x"}});
  post(app, "/event?a=1", {prom});
  scrape_as(app, ci);
  post(app, "/event?a=1", {ci});
  post(app, "/events", {ci, {"Content-Type", "application/x-ndjson"}}, "{\"a\":1}\n{\"a\":2}\n");
  const Answer after = scrape_as(app, prom);
  CHECK(test::value_of(after, "oneshot_auth_failures_total", {{"reason", "missing"}}) == 1);
  CHECK(test::value_of(after, "oneshot_auth_failures_total", {{"reason", "wrong"}}) == 1);
  CHECK(test::value_of(after, "oneshot_auth_failures_total", {{"reason", "forbidden"}}) == 2);
  CHECK(test::value_of(after, "oneshot_client_events_accepted_total", {{"client", "ci"}}) == 3);
  CHECK(test::value_of(after, "oneshot_client_events_accepted_total", {{"client", "anonymous"}}) == 0);
  CHECK(test::value_of(after, "oneshot_events_rejected_total", {{"reason", "unauthorized"}}) == 2);
  CHECK(test::value_of(after, "oneshot_events_rejected_total", {{"reason", "forbidden"}}) == 1);
  App open;
  Answer plain = open.scrape();
  CHECK(test::value_of(plain, "oneshot_auth_failures_total", {{"reason", "wrong"}}) == 0);
  CHECK(plain.text.find("oneshot_client_events_accepted_total") == std::string::npos);
}

TEST_CASE("where all places for passwords are taken, the client is told when to come again") {
  App app = with_clients();
  // Of a cost that keeps them for longer than the test.
  const std::string slow = "$2y$17$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK";
  for (std::uint64_t i = 0; i < access::PasswordThread::places; ++i) {
    const std::string tried = std::to_string(i);
    REQUIRE(app.services->passwords.ask({crypto::Sha256().add(tried).finish(), tried, slow, 1000 + i / 4}) != nullptr);
  }
  const Answer answer = post(app, "/event?a=1", {prom});
  CHECK(answer.status == 503);
  CHECK(answer.text == "too many passwords are being checked\n");
  CHECK(answer.reply.retry_after_seconds == 1);
  CHECK(post(app, "/event?a=1", {ci}).status == 200);
}

TEST_CASE(
    "a reload forgets what was found out about passwords, and a check that is on its way does not bring it back") {
  App app = with_clients();
  CHECK(scrape_as(app, prom).status == 200);
  access::ClientOptionsByName changed = usual_clients();
  changed["prom-a"].password_bcrypt = "$2y$04$abcdefghijklmnopqrstuuSOtEaVZyY6z9wjzkm2u0xkQXwVtpNZK";
  use_clients(app.options, changed);
  app.router->use(std::make_shared<const Options>(app.options));
  CHECK(scrape_as(app, prom).status == 401);

  use_clients(app.options, usual_clients());
  app.router->use(std::make_shared<const Options>(app.options));
  bool reloaded = false;
  app.waiting.before_wait = [&] {
    if (std::exchange(reloaded, true)) return;
    use_clients(app.options, changed);
    app.router->use(std::make_shared<const Options>(app.options));
  };
  CHECK(scrape_as(app, prom).status == 401);
  CHECK(scrape_as(app, prom).status == 401);

  app.waiting.before_wait = [&] {
    app.options.directory = nullptr;
    app.router->use(std::make_shared<const Options>(app.options));
  };
  CHECK(scrape_as(app, {"Authorization", "Basic eDpvcGVu"}).status == 200);  // now nobody is asked
}

TEST_CASE("a reload that leaves the clients as they are, as for a certificate, has no password checked again") {
  App app = with_clients();
  int waits = 0;
  app.waiting.before_wait = [&] {
    ++waits;
    app.router->use(std::make_shared<const Options>(app.options));  // while the first check is on its way
  };
  CHECK(scrape_as(app, prom).status == 200);
  app.router->use(std::make_shared<const Options>(app.options));
  CHECK(scrape_as(app, prom).status == 200);
  CHECK(waits == 1);
}

}  // namespace oneshot::app
