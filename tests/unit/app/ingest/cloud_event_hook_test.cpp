// SPDX-License-Identifier: MIT
// CloudEvents that [webhooks.cloudevents] maps.
#include "app/ingest/reading/cloud_event_hook.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using Headers = std::vector<http::Header>;
using Change = std::function<void(Options&, queue::Options&)>;

constexpr std::string_view json = "application/json";
constexpr std::string_view structured = "application/cloudevents+json";
constexpr std::string_view batch = "application/cloudevents-batch+json";

std::shared_ptr<const ingest::Hook> hook(ingest::HookOptions options) {
  auto made = ingest::Hook::make(std::move(options));
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().what));
  return std::make_shared<const ingest::Hook>(std::move(*made));
}

const ingest::HookOptions orders{.when = {{"/data/test", {"", "false"}}},
                                 .value = "{/data/sum}",
                                 .labels_from = {"/data/tags"},
                                 .labels = {{"what", "{/type|strip:com.example.}"}, {"region", "{/region}"}}};

class MappedApp : public App {
 public:
  explicit MappedApp(const ingest::HookOptions& mapping = orders, const Change& change = {})
      : App([&](Options& endpoints, queue::Options& log) {
          endpoints.hooks = {{"cloudevents", hook(mapping)}};
          if (change) change(endpoints, log);
        }) {}

  Answer send(std::string target, std::string_view type, std::string body, Headers more = {}) {
    if (!type.empty()) more.push_back({"Content-Type", type});
    return call({.method = http::Method::post,
                 .target = std::move(target),
                 .headers = std::move(more),
                 .body = std::move(body)});
  }
  void map_by(const ingest::HookOptions& mapping) {
    Options changed = options;
    changed.hooks = {{"cloudevents", hook(mapping)}};
    router->use(std::make_shared<const Options>(std::move(changed)));
  }
  /// The labels and value of each event since the last call, as `a=1 b=2 = 5;`.
  std::string stored(std::string_view metric = "events_to_metrics") {
    std::string text;
    const auto exposition = test::parse(scrape("/metrics?scraper=test"));
    const auto* const family = exposition.family(metric);
    if (family == nullptr) return text;
    for (const auto& sample : family->samples) {
      for (const auto& [name, value] : sample.labels) text += name + '=' + value + ' ';
      text += "= " + std::to_string(static_cast<int>(sample.value)) + ';';
    }
    return text;
  }
  double outcome(std::string_view outcome) {
    return test::value_of(get("/metrics?scraper=own"), "oneshot_webhook_events_total",
                          {{"hook", "cloudevents"}, {"outcome", std::string(outcome)}});
  }
};

/// A CloudEvent in structured mode; `more` goes behind the attributes.
std::string event(std::string_view id, std::string_view more = "") {
  return R"({"specversion":"1.0","source":"/shop","type":"com.example.order","region":"eu","id":")" + std::string(id) +
         '"' + std::string(more) + '}';
}

Headers attributes(std::string_view id) {
  return {{"ce-specversion", "1.0"},
          {"ce-source", "/shop"},
          {"Ce-Type", "com.example.order"},
          {"CE-Region", "eu"},
          {"ce-id", id}};
}

TEST_CASE("a hook makes the same event of all three modes") {
  const std::string data = R"({"sum":7,"tags":{"a.b":"x"}})";
  const std::string wanted = "a_b=x region=eu what=order = 7;";
  MappedApp app;
  const Answer answer = app.send("/event", structured, event("1", ",\"data\":" + data));
  CHECK(answer.status == 200);
  CHECK(answer.text.empty());
  CHECK(answer.reply.extra_headers.empty());
  CHECK(app.stored() == wanted);
  CHECK(app.send("/event", json, data, attributes("2")).status == 200);
  CHECK(app.stored() == wanted);
  CHECK(app.send("/event", "application/vnd.x+json", "\xef\xbb\xbf" + data, attributes("3")).status == 200);
  CHECK(app.stored() == wanted);
  CHECK(app.send("/events", batch, '[' + event("4", ",\"data\":" + data) + ']').text ==
        "{\"stored\":1,\"duplicates\":0,\"ignored\":0}\n");
  CHECK(app.stored() == wanted);
  // The same events in another mode: source and id are the key in all of them.
  CHECK(app.send("/events", batch, '[' + event("1", ",\"data\":" + data) + ',' + event("5") + ']').text ==
        "{\"stored\":1,\"duplicates\":1,\"ignored\":0}\n");
  CHECK(app.send("/event", json, data, attributes("4")).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(app.stored() == "region=eu what=order = 1;");
  CHECK(app.outcome("stored") == 5);
  CHECK(app.outcome("duplicate") == 2);
}

TEST_CASE("what is no CloudEvent is no business of the hook") {
  MappedApp app;
  CHECK(app.send("/event", json, R"({"type":"x"})").status == 200);
  CHECK(app.send("/event?type=x", "", "").status == 200);
  CHECK(app.send("/event?type=x", structured, "").status == 200);
  CHECK(app.stored() == "type=x = 3;");
  CHECK(app.send("/events", json, R"([{"type":"x"}])").text == "{\"stored\":1,\"duplicates\":0}\n");
  CHECK(app.send("/events", "application/x-ndjson", R"({"type":"x"})").text == "{\"stored\":1,\"duplicates\":0}\n");
  CHECK(app.outcome("stored") == 0);
  App without;
  CHECK(without
            .call({.method = http::Method::post,
                   .target = "/event",
                   .headers = {{"Content-Type", structured}},
                   .body = event("1")})
            .status == 200);
}

TEST_CASE("data in binary mode is JSON or a text, as structured mode would have it") {
  MappedApp app({.labels = {{"type", "{/type}"}, {"data", "{/data}"}, {"is", "{/datacontenttype}"}}});
  CHECK(app.send("/event", "text/plain", "a \"text\"", attributes("1")).status == 200);
  CHECK(app.stored() == "data=a \"text\" is=text/plain type=com.example.order = 1;");
  CHECK(app.send("/event", "application/octet-stream", "x", attributes("2")).status == 200);
  CHECK(app.stored() == "is=application/octet-stream type=com.example.order = 1;");
  CHECK(app.send("/event", "", "", attributes("3")).status == 200);
  CHECK(app.stored() == "type=com.example.order = 1;");
  const Answer broken = app.send("/event", json, R"(1,"subject":"x")", attributes("4"));
  CHECK(broken.status == 400);
  CHECK(broken.text.starts_with("the body is not valid JSON: "));
  CHECK(app.stored().empty());
}

TEST_CASE("what when leaves out is answered 200 and counted") {
  MappedApp app;
  const Answer ignored = app.send("/event", structured, event("1", R"(,"data":{"test":true})"));
  CHECK(ignored.status == 200);
  CHECK(ignored.text.empty());
  CHECK(app.send("/event", json, R"({"test":true})", attributes("2")).status == 200);
  CHECK(app.send("/events", batch, '[' + event("3", R"(,"data":{"test":true})") + ',' + event("4") + ']').text ==
        "{\"stored\":1,\"duplicates\":0,\"ignored\":1}\n");
  CHECK(app.send("/events", batch, "[]").text == "{\"stored\":0,\"duplicates\":0,\"ignored\":0}\n");
  CHECK(app.stored() == "region=eu what=order = 1;");
  CHECK(app.outcome("ignored") == 3);
  CHECK(app.outcome("stored") == 1);
  CHECK(app.outcome("refused") == 0);
}

TEST_CASE("what the mapping makes of an event must be one, and the refusal names the hook") {
  MappedApp app;
  const std::string bad = R"(,"data":{"sum":"much"})";
  const std::string words = "hook \"cloudevents\": value \"much\" is not a number";
  const Answer one = app.send("/event", structured, event("1", bad));
  CHECK(one.status == 400);
  CHECK(one.text.starts_with(words));
  CHECK(app.send("/event", json, R"({"sum":"much"})", attributes("2")).text == one.text);
  const std::string list = '[' + event("3") + ',' + event("4", bad) + ']';
  const Answer all = app.send("/events", batch, list);
  CHECK(all.status == 400);
  CHECK(all.text.starts_with("event 2: " + words));
  CHECK(app.stored().empty());
  CHECK(app.outcome("refused") == 3);
  const Answer partial = app.send("/events?partial=1", batch, list);
  CHECK(partial.status == 200);
  CHECK(partial.text.starts_with(
      R"({"stored":1,"duplicates":0,"ignored":0,"refused":1,"errors":[{"event":2,"status":400,)"
      R"("error":"hook \"cloudevents\": val)"));
  CHECK(app.stored() == "region=eu what=order = 1;");
  MappedApp bare({.labels = {{"x", "{/data/x}"}}});
  CHECK(bare.send("/event", structured, event("5"))
            .text.starts_with("hook \"cloudevents\": every label of this event is empty"));
}

TEST_CASE("what is no valid CloudEvent is refused in the same words as without a hook") {
  struct Row {
    std::string_view type;
    std::string body;
    Headers headers;
  };
  MappedApp mapped;
  App plain;
  for (const Row& row :
       {Row{structured, R"({"specversion":"1.0","id":"1","source":"s"})", {}},
        Row{structured, R"({"specversion":"0.3","id":"1","source":"s","type":"t"})", {}},
        Row{structured, R"({"specversion":"1.0","id":7,"source":"s","type":"t"})", {}}, Row{structured, "[]", {}},
        Row{structured, "{", {}}, Row{batch, "{}", {{"ce-specversion", "1.0"}}},
        Row{json, "{}", {{"ce-specversion", "1.0"}, {"ce-id", "1"}}}, Row{json, "{", {{"ce-specversion", "1.0"}}},
        Row{json, "{}", {{"ce-specversion", "1.0"}, {"ce-id", "%ff"}}},
        Row{json, "{}", {{"ce-specversion", "1.0"}, {"ce-specversion", "0.3"}}}}) {
    CAPTURE(row.body);
    Headers headers = row.headers;
    headers.push_back({"Content-Type", row.type});
    const Answer wanted =
        plain.call({.method = http::Method::post, .target = "/event", .headers = headers, .body = row.body});
    const Answer got = mapped.send("/event", row.type, row.body, row.headers);
    CHECK(got.status >= 400);
    CHECK(got.status == wanted.status);
    CHECK(got.text == wanted.text);
  }
  CHECK(mapped.stored().empty());
}

TEST_CASE("an id or a time of the hook counts more than the event's") {
  MappedApp app({.time = "{/data/at}", .id = "{/data/ref}", .labels = {{"type", "{/type}"}}});
  CHECK(app.send("/event", structured, event("1", R"(,"data":{"ref":"r"})")).reply.extra_headers.empty());
  CHECK(app.send("/event", structured, event("2", R"(,"data":{"ref":"r"})")).reply.extra_headers ==
        "Idempotency-Replayed: true\r\n");
  CHECK(app.send("/event", structured, event("1")).reply.extra_headers.empty());
  CHECK(app.send("/event", structured, event("1")).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(app.send("/event", structured, event("3", R"(,"time":"x","data":{"at":"1795685400"})")).status == 200);
  const Answer bad = app.send("/event", structured, event("4", R"(,"time":"x")"));
  CHECK(bad.status == 400);
  CHECK(bad.text.starts_with("hook \"cloudevents\": time \"x\" must be RFC 3339"));
}

TEST_CASE("the key is that of the built-in mapping, and a changed mapping is not the sender's fault") {
  MappedApp app;
  app.map_by({.labels = {{"type", "first"}}});
  CHECK(app.send("/event", structured, event("1")).status == 200);
  app.map_by({.labels = {{"type", "second"}}});
  CHECK(app.send("/event", structured, event("1")).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(app.send("/events", batch, '[' + event("1") + ',' + event("2") + ']').text ==
        "{\"stored\":1,\"duplicates\":1,\"ignored\":0}\n");
  Options none = app.options;
  none.hooks.clear();
  app.router->use(std::make_shared<const Options>(none));
  CHECK(app.send("/event", structured, event("1")).status == 422);
  CHECK(app.send("/event", structured, event("3")).status == 200);
  app.map_by(orders);
  CHECK(app.send("/event", structured, event("3")).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(app.stored() == "type=first = 1;type=second = 1;source=/shop type=com.example.order = 1;");
}

TEST_CASE("each makes several events of a CloudEvent, all or none") {
  MappedApp app({.each = "/data/items", .value = "{/n}", .labels = {{"sku", "{/sku}"}, {"of", "{body:/id}"}}});
  const std::string good = R"(,"data":{"items":[{"sku":"a"},{"sku":"b","n":2}]})";
  CHECK(app.send("/event", structured, event("1", good)).text.empty());
  CHECK(app.stored() == "of=1 sku=a = 1;of=1 sku=b = 2;");
  CHECK(app.send("/event", structured, event("1", good)).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  const std::string bad = R"(,"data":{"items":[{"sku":"c"},{"sku":"d","n":"x"}]})";
  CHECK(app.send("/event", structured, event("2", bad))
            .text.starts_with("hook \"cloudevents\": event 2: value \"x\" is not a number"));
  CHECK(app.send("/event", structured, event("2")).text ==
        "hook \"cloudevents\": the body has no \"/data/items\" (each)\n");
  CHECK(app.send("/events?partial=1", batch, '[' + event("2", bad) + ',' + event("3", good) + ']')
            .text.starts_with(R"({"stored":2,"duplicates":0,"ignored":0,"refused":1,"errors":[{"event":1,)"));
  CHECK(app.stored() == "of=3 sku=a = 1;of=3 sku=b = 2;");
}

TEST_CASE("elements of a request have a bound, over all of its CloudEvents and ignored ones too") {
  MappedApp app({.each = "/data", .when = {{"/keep", {"yes"}}}, .labels = {{"type", "x"}}});
  const auto with = [](std::string_view id, std::size_t elements) {
    std::string list = "0";
    for (std::size_t i = 1; i < elements; ++i) list += ",0";
    return event(id, ",\"data\":[" + list + ']');
  };
  CHECK(app.send("/events", batch, '[' + with("1", 5000) + ',' + with("2", 5000) + ']').text ==
        "{\"stored\":0,\"duplicates\":0,\"ignored\":10000}\n");
  const Answer many = app.send("/events", batch, '[' + with("1", 5000) + ',' + with("2", 5001) + ']');
  CHECK(many.status == 413);
  CHECK(many.text ==
        "event 2: hook \"cloudevents\": each brings more than 10000 events to one request: send several requests\n");
  CHECK(app.send("/event", structured, with("3", 10001)).status == 413);
}

TEST_CASE("labels of the query and Event-Time are added, and the path's metric counts more than the hook's") {
  const ingest::HookOptions named{.metric = "{/data/metric}", .labels = {{"type", "{/type|strip:com.example.}"}}};
  MappedApp app(named, [](Options& options, queue::Options&) { options.metrics = {{"orders", {}}, {"builds", {}}}; });
  const std::string builds = R"(,"data":{"metric":"builds"})";
  CHECK(app.send("/event?env=prod", structured, event("1", builds), {{"Event-Time", "1795685400"}}).status == 200);
  CHECK(app.stored("builds") == "env=prod type=order = 1;");
  CHECK(app.send("/event/orders", structured, event("2", builds)).status == 200);
  CHECK(app.stored("orders") == "type=order = 1;");
  CHECK(app.send("/events/orders?env=x", batch, '[' + event("3") + ']').status == 200);
  CHECK(app.stored("orders") == "env=x type=order = 1;");
  CHECK(app.send("/events", batch, '[' + event("4", builds) + ',' + event("5") + ']').status == 200);
  const Answer both = app.scrape("/metrics?scraper=test");
  CHECK(test::value_of(both, "builds", {{"type", "order"}}) == 1);
  CHECK(test::value_of(both, "events_to_metrics", {{"type", "order"}}) == 1);
  const Answer unknown = app.send("/event", structured, event("6", R"(,"data":{"metric":"no"})"));
  CHECK(unknown.status == 400);
  CHECK(unknown.text == "hook \"cloudevents\": there is no metric \"no\"; [metrics] has: orders, builds\n");
  CHECK(app.send("/event?type=x", structured, event("7")).text ==
        "hook \"cloudevents\": label \"type\" is given twice\n");
  CHECK(app.send("/event", structured, event("8", R"(,"time":"1795685400")"), {{"Event-Time", "1795685400"}}).text ==
        "hook \"cloudevents\": time is given twice\n");
  CHECK(app.send("/event/nothing", structured, event("9")).status == 404);
}

TEST_CASE("a limit on senders is 429 here too") {
  MappedApp app(orders, [](Options& options, queue::Options&) {
    options.rate_limit = 1;
    options.rate_burst = 1;
  });
  CHECK(app.send("/event", structured, event("1")).status == 200);
  const Answer refused = app.send("/event", structured, event("2"));
  CHECK(refused.status == 429);
  CHECK(refused.reply.retry_after_seconds > 0);
  CHECK(app.outcome("refused") == 1);
}

TEST_CASE("the hook has no path: who comes there is told where CloudEvents go") {
  MappedApp app(orders, [](Options& options, queue::Options&) { options.hooks.emplace("other", hook(orders)); });
  const Answer posted = app.send("/hook/cloudevents", json, event("1"));
  CHECK(posted.status == 404);
  CHECK(posted.text == "CloudEvents go to POST /event and POST /events: [webhooks.cloudevents] has no path\n");
  CHECK(app.get("/hook/cloudevents").status == 404);
  const std::string list = app.get("/hook/").text;
  CHECK(list.find("/hook/other") != std::string::npos);
  CHECK(list.find("/hook/cloudevents") == std::string::npos);
  CHECK(list.find("CloudEvents, which POST /event and POST /events take") != std::string::npos);
}

}  // namespace
}  // namespace oneshot::app
