// SPDX-License-Identifier: MIT
#include "app/ingest/hook/post_hook.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/hex.hpp"
#include "crypto/sha256.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using event::Reason;
using http::Method;
using test::Answer;
using test::App;

std::shared_ptr<const ingest::Hook> hook(ingest::HookOptions options) {
  auto made = ingest::Hook::make(std::move(options));
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().what));
  return std::make_shared<const ingest::Hook>(std::move(*made));
}

const ingest::HookOptions alerts{.each = "/alerts",
                                 .when = {{"/keep", {"", "yes"}}},
                                 .value = "{/value}",
                                 .id = "{/id}",
                                 .labels_from = {"/labels"},
                                 .labels = {{"status", "{/status}"}}};
const ingest::HookOptions signed_hook{
    .secret_file = "secret", .signature = "hmac-sha256:X-Sig", .labels = {{"type", "{/type}"}}, .secret = "s3cret"};

/// A server with two hooks.
class HookApp : public App {
 public:
  explicit HookApp(const std::function<void(Options&, queue::Options&)>& change = {})
      : App([&](Options& endpoints, queue::Options& log) {
          endpoints.hooks = {{"alerts", hook(alerts)}, {"signed", hook(signed_hook)}};
          if (change) change(endpoints, log);
        }) {}

  Answer hook_post(std::string target, std::string body, std::vector<http::Header> headers = {}) {
    return call(
        {.method = Method::post, .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
  }
  double outcome(std::string_view hook, std::string_view outcome) {
    return test::value_of(get("/metrics?scraper=own"), "oneshot_webhook_events_total",
                          {{"hook", std::string(hook)}, {"outcome", std::string(outcome)}});
  }
  std::uint64_t rejected(Reason reason) {
    return services->counters[0].rejected[static_cast<std::size_t>(reason)].load();
  }
};

std::string signature_of(std::string_view body) {
  return "sha256=" + crypto::to_hex(crypto::hmac_sha256("s3cret", body).view());
}

TEST_CASE("the elements of a payload become events, all of them counted") {
  HookApp app;
  const Answer answer = app.hook_post("/hook/alerts", R"({"alerts": [
      {"status": "firing", "labels": {"a.b": "x"}, "value": 2},
      {"keep": "no"},
      {"status": "resolved", "labels": {"a.b": "y"}}]})");
  CHECK(answer.status == 200);
  CHECK(answer.reply.content_type == "application/json");
  CHECK(answer.text == "{\"stored\":2,\"duplicates\":0,\"ignored\":1}\n");
  CHECK(app.services->counters[0].accepted.load() == 2);
  const Answer scrape = app.get("/metrics");
  CHECK(test::value_of(scrape, "events_to_metrics", {{"status", "firing"}, {"a_b", "x"}}) == 2);
  CHECK(test::value_of(scrape, "events_to_metrics", {{"status", "resolved"}, {"a_b", "y"}}) == 1);
  CHECK(app.outcome("alerts", "stored") == 2);
  CHECK(app.outcome("alerts", "ignored") == 1);
  CHECK(app.outcome("alerts", "refused") == 0);
  CHECK(app.outcome("signed", "stored") == 0);
}

TEST_CASE("a repeated element counts once, by its id") {
  HookApp app;
  const std::string body = R"({"alerts": [{"id": 1, "status": "a"}, {"id": 2, "status": "b"}]})";
  CHECK(app.hook_post("/hook/alerts", body).text == "{\"stored\":2,\"duplicates\":0,\"ignored\":0}\n");
  CHECK(app.hook_post("/hook/alerts", body).text == "{\"stored\":0,\"duplicates\":2,\"ignored\":0}\n");
  CHECK(app.hook_post("/hook/alerts", R"({"alerts": [{"id": 2, "status": "b"}, {"id": 3, "status": "c"}]})").text ==
        "{\"stored\":1,\"duplicates\":1,\"ignored\":0}\n");
  CHECK(app.outcome("alerts", "duplicate") == 3);
  CHECK(test::event_samples(app.get("/metrics")) == 3);
}

TEST_CASE("an id that came with another event is a repeat too: the mapping was changed in between") {
  HookApp app;
  CHECK(app.hook_post("/hook/alerts", R"({"alerts": [{"id": 1, "status": "a"}]})").status == 200);
  CHECK(app.hook_post("/hook/alerts", R"({"alerts": [{"id": 1, "status": "b"}, {"id": 2, "status": "c"}]})").text ==
        "{\"stored\":1,\"duplicates\":1,\"ignored\":0}\n");
  CHECK(test::event_samples(app.get("/metrics")) == 2);
}

TEST_CASE("of a request with one bad element nothing is stored") {
  HookApp app;
  const Answer answer =
      app.hook_post("/hook/alerts", R"({"alerts": [{"status": "a"}, {"keep": "no"}, {"status": "b", "value": "x"}]})");
  CHECK(answer.status == 400);
  CHECK(answer.text ==
        "hook \"alerts\": event 3: value \"x\" is not a number: allowed are decimal numbers, NaN and Inf\n");
  CHECK(app.rejected(Reason::bad_value) == 1);
  CHECK(app.outcome("alerts", "refused") == 1);
  CHECK(test::event_samples(app.get("/metrics")) == 0);
}

TEST_CASE("what is wrong with a request has its status and its words") {
  struct Row {
    const char* target;
    const char* body;
    int status;
    const char* text;
  };
  HookApp app;
  for (const Row& row : {
           Row{"/hook/nothing", "{}", 404, "there is no hook \"nothing\"; [webhooks] has: alerts, signed\n"},
           Row{"/hook", "{}", 404, "the path names no hook, as in /hook/NAME; [webhooks] has: alerts, signed\n"},
           Row{"/hook/alerts", R"({"alerts": [{"labels": {"a": 1, "a": 2}}]})", 400,
               "hook \"alerts\": the JSON has two members \"a\" in one object: which of them counts, nobody knows\n"},
           Row{"/hook/alerts?x=1", "{}", 400, "hook \"alerts\": \"x=1\": the only parameter of a hook is dry_run=1\n"},
           Row{"/hook/alerts", "{}", 400, "hook \"alerts\": the body has no \"/alerts\" (each)\n"},
           Row{"/hook/alerts", R"({"alerts": [{}]})", 400, "hook \"alerts\": event 1: "},
           Row{"/hook/alerts", R"({"alerts": [{"labels": {"a.b": 1, "a-b": 2}}]})", 400, "hook \"alerts\": event 1: "},
           Row{"/hook/alerts", "{", 400, "hook \"alerts\": the body is not valid JSON: "},
           Row{"/hook/alerts", "", 400, "hook \"alerts\": the body is not valid JSON: "},
       }) {
    CAPTURE(row.body);
    const Answer answer = app.hook_post(row.target, row.body);
    CHECK(answer.status == row.status);
    CHECK(answer.text.starts_with(row.text));
    CHECK(answer.text.find('\n') == answer.text.size() - 1);
  }
  CHECK(test::event_samples(app.get("/metrics")) == 0);
}

TEST_CASE("JSON that was sent as a form is refused with what to set at the sender") {
  HookApp app;
  const Answer answer =
      app.hook_post("/hook/alerts", "payload=%7B%7D", {{"Content-Type", "application/x-www-form-urlencoded"}});
  CHECK(answer.status == 400);
  CHECK(answer.text.ends_with("; it came as a form: let the sender use Content-Type: application/json\n"));
}

TEST_CASE("where the one hook has no path, a path that is none does not offer it") {
  HookApp app([](Options& options, queue::Options&) {
    options.hooks = {{"cloudevents", hook({.labels = {{"type", "{/type}"}}})}};
  });
  const std::string_view only = "the settings have no [webhooks.NAME] but [webhooks.cloudevents], which has no path\n";
  CHECK(app.hook_post("/hook/nope", "{}").text == "there is no hook \"nope\"; " + std::string(only));
  CHECK(app.hook_post("/hook", "{}").text == "the path names no hook, as in /hook/NAME; " + std::string(only));
}

TEST_CASE("a secret without Bearer before it is told so") {
  HookApp app([](Options& options, queue::Options&) {
    ingest::HookOptions token = signed_hook;
    token.signature = "token:Authorization";
    options.hooks = {{"token", hook(token)}};
  });
  const Answer answer = app.hook_post("/hook/token", "{}", {{"Authorization", "s3cret"}});
  CHECK(answer.status == 401);
  CHECK(answer.text ==
        "hook \"token\": the signature is wrong (header Authorization: write Authorization: Bearer TOKEN)\n");
}

TEST_CASE("a signed request is taken, one without or with a wrong signature is not") {
  HookApp app;
  const std::string body = R"({"type": "deploy"})";
  const Answer missing = app.hook_post("/hook/signed", body);
  CHECK(missing.status == 401);
  CHECK(missing.text == "hook \"signed\": the signature is missing (header X-Sig)\n");
  CHECK(missing.reply.extra_headers == "WWW-Authenticate: Webhook header=\"X-Sig\"\r\n");
  const Answer wrong = app.hook_post("/hook/signed", body + ' ', {{"X-Sig", signature_of(body)}});
  CHECK(wrong.status == 401);
  CHECK(wrong.text == "hook \"signed\": the signature is wrong (header X-Sig)\n");
  CHECK(app.rejected(Reason::unauthorized) == 2);
  CHECK(test::event_samples(app.get("/metrics")) == 0);
  const Answer right = app.hook_post("/hook/signed", body, {{"x-sig", signature_of(body)}});
  CHECK(right.text == "{\"stored\":1,\"duplicates\":0,\"ignored\":0}\n");
}

TEST_CASE("a wrong body of an unsigned request is not looked at") {
  HookApp app;
  CHECK(app.hook_post("/hook/signed", "{").status == 401);
}

TEST_CASE("a full log is 503, so that the sender repeats") {
  HookApp app([](Options&, queue::Options& queue) {
    queue.when_full = queue::WhenFull::reject;
    queue.names = {"slow"};
  });
  app.fill_queue();
  const Answer full = app.hook_post("/hook/alerts", R"({"alerts": [{"status": "a"}]})");
  CHECK(full.status == 503);
  CHECK(full.reply.retry_after_seconds > 0);
  CHECK(full.text == "hook \"alerts\": the event log is full: try again later\n");
}

TEST_CASE("an event may name its metric, which the settings must have, and its counter counts it") {
  HookApp app([](Options& options, queue::Options&) {
    ingest::HookOptions named = alerts;
    named.metric = "{/metric}";
    options.hooks.emplace("named", hook(named));
    options.metrics = {{"alerts", {.help = {}, .repeats = {}, .counter_labels = {"status"}}}};
  });
  const std::string body = R"({"alerts": [{"id": 1, "metric": "alerts", "status": "a"}, {"id": 2, "status": "b"}]})";
  CHECK(app.hook_post("/hook/named", body).text == "{\"stored\":2,\"duplicates\":0,\"ignored\":0}\n");
  CHECK(app.hook_post("/hook/named", body).text == "{\"stored\":0,\"duplicates\":2,\"ignored\":0}\n");
  const Answer unknown = app.hook_post("/hook/named", R"({"alerts": [{"metric": "builds", "status": "a"}]})");
  CHECK(unknown.status == 400);
  CHECK(unknown.text == "hook \"named\": event 1: there is no metric \"builds\"; [metrics] has: alerts\n");
  CHECK(app.hook_post("/hook/named?dry_run=1", body).text.find("\nalerts{status=\"a\"} 1\n") != std::string::npos);
  const Answer scrape = app.get("/metrics");
  CHECK(test::value_of(scrape, "alerts", {{"status", "a"}}) == 1);
  CHECK(test::value_of(scrape, "alerts_events_total", {{"status", "a"}}) == 1);
  CHECK(test::value_of(scrape, "events_to_metrics", {{"status", "b"}}) == 1);
}

TEST_CASE("over the rate limit a hook is 503 too, since senders take 429 for final") {
  HookApp app([](Options& options, queue::Options&) {
    options.rate_limit = 1;
    options.rate_burst = 1;
  });
  CHECK(app.hook_post("/hook/alerts", R"({"alerts": [{"status": "a"}]})").status == 200);
  const Answer over = app.hook_post("/hook/alerts", R"({"alerts": [{"status": "b"}]})");
  CHECK(over.status == 503);
  CHECK(over.reply.retry_after_seconds > 0);
  CHECK(app.rejected(Reason::rate_limited) == 1);
  CHECK(app.outcome("alerts", "refused") == 1);
}

TEST_CASE("a dry run shows the events, stores none and counts nothing") {
  HookApp app;
  const Answer answer = app.hook_post("/hook/alerts?dry_run=1", R"({"alerts": [
      {"status": "firing", "labels": {"a.b": "x"}, "value": 2, "id": 7}, {"keep": "no"}]})");
  CHECK(answer.status == 200);
  CHECK(answer.text ==
        "# hook \"alerts\": 1 to store, 1 ignored; nothing was stored (dry run)\n"
        "# signature: none is asked for\n"
        "# event 1, id \"7\"\n"
        "events_to_metrics{a_b=\"x\",status=\"firing\"} 2\n"
        "# event 2 is ignored: /keep is \"no\"; when allows \"\", \"yes\"\n");
  test::parse(answer);
  const Answer refused = app.hook_post("/hook/alerts?dry_run=1", R"({"alerts": [{"status": "a", "value": "x"}]})");
  CHECK(refused.status == 400);
  CHECK(refused.text.starts_with("hook \"alerts\": event 1: value \"x\" is not a number"));
  CHECK(app.hook_post("/hook/alerts?dry_run=1", "{").status == 400);
  CHECK(test::event_samples(app.get("/metrics")) == 0);
  for (const char* outcome : {"stored", "duplicate", "ignored", "refused"}) CHECK(app.outcome("alerts", outcome) == 0);
}

TEST_CASE("a dry run says whether the signature is right, and goes on") {
  HookApp app;
  const std::string body = R"({"type": "deploy"})";
  const auto line = [&](std::vector<http::Header> headers) {
    const Answer answer = app.hook_post("/hook/signed?dry_run=1", body, std::move(headers));
    CHECK(answer.status == 200);
    const std::size_t begin = answer.text.find("# signature");
    return answer.text.substr(begin, answer.text.find('\n', begin) - begin);
  };
  CHECK(line({}) == "# signature: X-Sig is missing: a real request is answered 401");
  CHECK(line({{"X-Sig", "x"}}) == "# signature: X-Sig is wrong: a real request is answered 401");
  CHECK(line({{"X-Sig", signature_of(body)}}) == "# signature: X-Sig is right");
}

TEST_CASE("a browser at a hook's address is told what the hook is for, and no secret") {
  HookApp app;
  const Answer one = app.get("/hook/signed");
  CHECK(one.status == 200);
  CHECK(one.text.starts_with("Webhook \"signed\": POST JSON here, and it becomes events.\n"));
  CHECK(one.text.find("label type: {/type}") != std::string::npos);
  CHECK(one.text.find("s3cret") == std::string::npos);
  // Of both paths the parser leaves this one.
  const Answer all = app.get("/hook");
  CHECK(all.status == 200);
  CHECK(all.text.find("/hook/alerts\n") != std::string::npos);
  CHECK(app.get("/nothing").text.find(" /hook ") != std::string::npos);
  CHECK(app.get("/hook/x").status == 404);
  App without;
  CHECK(without.get("/nothing").text.find(" /hook") == std::string::npos);
  CHECK(without.get("/hook").text == "Webhooks: the settings have no [webhooks.NAME] (docs/webhooks.md)\n");
  CHECK(without.get("/metrics").text.find("oneshot_webhook") == std::string::npos);
}

}  // namespace
}  // namespace oneshot::app
