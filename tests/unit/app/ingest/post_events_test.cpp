// SPDX-License-Identifier: MIT
#include "app/ingest/post_events.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/gzip.hpp"
#include "unit/app/allocation_count.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using oneshot::test::gzip;
using test::Answer;
using test::App;
using Headers = std::vector<http::Header>;

constexpr std::string_view ndjson = "application/x-ndjson";
constexpr std::string_view json = "application/json";
constexpr std::string_view batch = "application/cloudevents-batch+json";

Answer post(App& app, std::string target, std::string_view type, std::string body, Headers more = {}) {
  if (!type.empty()) more.push_back({"Content-Type", type});
  return app.call(
      {.method = http::Method::post, .target = std::move(target), .headers = std::move(more), .body = std::move(body)});
}

std::uint64_t accepted(const App& app) { return app.services->counters[0].accepted.load(); }
std::uint64_t rejected(const App& app) {
  std::uint64_t sum = 0;
  for (const auto& count : app.services->counters[0].rejected) sum += count.load();
  return sum;
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += R"({"type":"deploy","n":)" + std::to_string(i) + "}\n";
  return text;
}

TEST_CASE("lines of JSON are events, in order") {
  for (const std::string_view type :
       {ndjson, std::string_view("application/ndjson"), std::string_view("application/jsonl"),
        std::string_view("application/stream+json; charset=utf-8")}) {
    App app;
    const Answer answer =
        post(app, "/events", type, "{\"a\":1}\n\n  \r\n{\"labels\":{\"b\":2},\"value\":7}\r\n{\"c\":3}");
    CHECK(answer.status == 200);
    CHECK(answer.text == "{\"stored\":3,\"duplicates\":0}\n");
    CHECK(answer.reply.content_type == "application/json");
    CHECK(accepted(app) == 3);
    const Answer scrape = app.scrape("/metrics?scraper=x");
    CHECK(test::event_samples(scrape) == 3);
    CHECK(test::value_of(scrape, "events_to_metrics", {{"b", "2"}}) == 7);
  }
}

TEST_CASE("a list is events") {
  App app;
  CHECK(post(app, "/events", json, R"([{"a":1},{"b":2,"value":3}])").text == "{\"stored\":2,\"duplicates\":0}\n");
  CHECK(post(app, "/events", json, "[]").text == "{\"stored\":0,\"duplicates\":0}\n");
  CHECK(test::event_samples(app.scrape("/metrics?scraper=x")) == 2);
}

TEST_CASE("a batch of CloudEvents is events") {
  App app;
  const std::string body = R"([{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"a.b":1}},)"
                           R"({"specversion":"1.0","id":"2","source":"s","type":"t"}])";
  CHECK(post(app, "/events", batch, body).status == 200);
  CHECK(test::value_of(app.scrape("/metrics?scraper=x"), "events_to_metrics",
                       {{"a_b", "1"}, {"source", "s"}, {"type", "t"}}) == 1);
  const Answer bad = post(app, "/events", batch, R"([{"specversion":"1.0","id":"1","source":"s"}])");
  CHECK(bad.status == 400);
  CHECK(bad.text.starts_with("event 1: the CloudEvent has no \"type\""));
}

TEST_CASE("labels of the query and Event-Time are each event's") {
  App app;
  CHECK(post(app, "/events?env=prod", ndjson, "{\"a\":1}\n{\"a\":2}\n", {{"Event-Time", "1795685400"}}).status == 200);
  const Answer scrape = app.scrape("/metrics?scraper=x");
  CHECK(test::value_of(scrape, "events_to_metrics", {{"a", "1"}, {"env", "prod"}}) == 1);
  CHECK(test::value_of(scrape, "events_to_metrics", {{"a", "2"}, {"env", "prod"}}) == 1);
  CHECK(post(app, "/events?a=1", ndjson, "{\"a\":1}").text == "line 1: label \"a\" is given twice\n");
}

TEST_CASE("one bad line and nothing is stored: the answer names the line, with the status of one event") {
  App app;
  const auto says = [&](std::string_view bad, int status, std::string_view words) {
    const Answer answer = post(app, "/events", ndjson, "{\"a\":1}\n\n" + std::string(bad) + "\n{\"a\":2}\n");
    CHECK(answer.status == status);
    CHECK_MESSAGE(answer.text.starts_with("line 3: " + std::string(words)), answer.text);
    CHECK(answer.text.find('\n') == answer.text.size() - 1);
  };
  says(R"({"a-b":1})", 400, "label name \"a-b\" may");
  says(R"({"a":1)", 400, "it is not valid JSON: ");
  says(R"({"a":1}{"b":2})", 400, "it is not valid JSON: ");
  says("[]", 400, "a list begins here, and an event is an object: a list of events is application/json");
  says("null", 400, "it is null");
  says("{}", 400, "");
  says(R"({"a":")" + std::string(20000, 'x') + "\"}", 413, "the names and values of an event may take");
  CHECK(accepted(app) == 0);
  CHECK(rejected(app) == 7);
  CHECK(test::event_samples(app.scrape("/metrics?scraper=x")) == 0);
  CHECK(post(app, "/events", json, R"([{"a":1},7])").text.starts_with("event 2: it is a number"));
}

TEST_CASE("with partial=1 the good ones are stored, and the answer tells the others") {
  App app;
  const Answer answer =
      post(app, "/events?env=x&partial=1", ndjson, "{\"a\":1}\n{\"a-b\":\"c\\\\\"}\n\n{\"a\":\n{\"a\":2}\n");
  CHECK(answer.status == 200);
  CHECK(answer.text.starts_with(
      R"({"stored":2,"duplicates":0,"refused":2,"errors":[{"line":2,"status":400,"error":"label name \"a-b\" may)"));
  CHECK(answer.text.find(R"(},{"line":4,"status":400,"error":"it is not valid JSON: )") != std::string::npos);
  CHECK(answer.text.ends_with("\"}]}\n"));
  CHECK(accepted(app) == 2);
  CHECK(rejected(app) == 2);
  CHECK(test::value_of(app.scrape("/metrics?scraper=x"), "events_to_metrics", {{"a", "2"}, {"env", "x"}}) == 1);
  CHECK(post(app, "/events?partial=1", json, R"([1,{"a":1}])")
            .text.find(R"("errors":[{"event":1,"status":400,"error")") != std::string::npos);
  CHECK(post(app, "/events?partial=1", ndjson, "{\"a\":1}").text ==
        "{\"stored\":1,\"duplicates\":0,\"refused\":0,\"errors\":[]}\n");
  CHECK(post(app, "/events?partial=0", ndjson, "{}").status == 400);
  CHECK(post(app, "/events?partial=yes", ndjson, "{\"a\":1}").text ==
        "partial \"yes\": must be 1 (or 0, as without it)\n");
  CHECK(post(app, "/events?partial=1&partial=1", ndjson, "{\"a\":1}").status == 400);
  CHECK(post(app, "/events?partial=1", json, "[{]").status == 400);  // which events are there, nobody knows
}

TEST_CASE("of many refused lines the answer shows the first 20") {
  App app;
  std::string body;
  for (int i = 0; i < 100; ++i) body += "{}\n";
  const Answer answer = post(app, "/events?partial=1", ndjson, body);
  CHECK(answer.text.starts_with(R"({"stored":0,"duplicates":0,"refused":100,"errors":[)"));
  CHECK(answer.text.find("\"line\":20,") != std::string::npos);
  CHECK(answer.text.find("\"line\":21,") == std::string::npos);
}

TEST_CASE("10,000 events are taken, and not one more") {
  App app;
  CHECK(post(app, "/events", ndjson, lines(10'000)).text == "{\"stored\":10000,\"duplicates\":0}\n");
  for (const char* const target : {"/events", "/events?partial=1"}) {
    const Answer answer = post(app, target, ndjson, lines(10'001));
    CHECK(answer.status == 413);
    CHECK(answer.text == "a request may have 10000 events: send several requests\n");
  }
  CHECK(accepted(app) == 10'000);
}

TEST_CASE("a log without room refuses all of them") {
  App app([](Options&, queue::Options& q) {
    q.storage.capacity_bytes = std::uint64_t{1} << 20;
    q.when_full = queue::WhenFull::reject;
    q.names = {"never"};
  });
  std::size_t stored = 0;
  for (int i = 0; i < 100; ++i) {
    const Answer answer = post(app, "/events", ndjson, lines(1000));
    if (answer.status == 200) {
      stored += 1000;
      continue;
    }
    CHECK(answer.status == 503);
    CHECK(answer.reply.retry_after_seconds > 0);
    break;
  }
  CHECK(stored > 0);
  CHECK(stored < 100'000);
  CHECK(accepted(app) == stored);
}

TEST_CASE("a body of another type is refused with what to write") {
  App app;
  for (const std::string_view type : {std::string_view(), std::string_view("application/x-www-form-urlencoded"),
                                      std::string_view("text/plain"), std::string_view("application/octet-stream")}) {
    const Answer answer = post(app, "/events", type, lines(2));
    CHECK(answer.status == 415);
    CHECK(answer.text.find("-H 'Content-Type: application/x-ndjson' with --data-binary") != std::string::npos);
  }
  CHECK(post(app, "/events", json, lines(2)).text ==
        "the body is an object: a single event belongs to POST /event, and lines of them are application/x-ndjson\n");
  CHECK(post(app, "/events", json, R"({"a":1})").status == 400);
  CHECK(post(app, "/events", json, "7").text == "the body is a number, and POST /events takes a list of objects\n");
  CHECK(post(app, "/events", ndjson, "").status == 400);
  CHECK(app.get("/events").status == 405);
}

TEST_CASE("lines in gzip, up to a MiB of them") {
  App app;
  const Headers encoded = {{"Content-Encoding", "gzip"}};
  CHECK(post(app, "/events", ndjson, gzip(lines(5000)), encoded).text == "{\"stored\":5000,\"duplicates\":0}\n");
  const std::string blank_lines(1024 * 1024 - 8, '\n');
  CHECK(post(app, "/events", ndjson, gzip(blank_lines + "{\"a\":1}\n"), encoded).status == 200);
  const Answer bomb = post(app, "/events", ndjson, gzip(blank_lines + "{\"a\":10}\n"), encoded);
  CHECK(bomb.status == 413);
  CHECK(bomb.text == "the body unfolds to more than 1048576 bytes\n");
}

TEST_CASE("ids make a repeat of an event known, whichever request has it") {
  App app;
  const std::string body = R"({"id":"1","labels":{"a":1}})"
                           "\n"
                           R"({"id":"2","labels":{"a":1}})"
                           "\n";
  CHECK(post(app, "/events", ndjson, body).text == "{\"stored\":2,\"duplicates\":0}\n");
  CHECK(post(app, "/events", ndjson, body + R"({"id":"3","labels":{"a":1}})").text ==
        "{\"stored\":1,\"duplicates\":2}\n");
  CHECK(post(app, "/event", json, R"({"id":"3","labels":{"a":1}})").reply.extra_headers ==
        "Idempotency-Replayed: true\r\n");
  CHECK(accepted(app) == 3);
  CHECK(app.services->counters[0].duplicates.load() == 3);
}

TEST_CASE("an id that came with another event refuses all, or itself alone with partial") {
  App app;
  CHECK(post(app, "/event", json, R"({"id":"1","labels":{"a":1}})").status == 200);
  const std::string body =
      "\n{\"a\":5}\n"
      R"({"id":"1","labels":{"a":2}})"
      "\n{\"a\":6}";
  const Answer all = post(app, "/events", ndjson, body);
  CHECK(all.status == 422);
  CHECK(all.text == "line 3: this id was used for another event: write a new one\n");
  const Answer partial = post(app, "/events?partial=1", ndjson, body);
  CHECK(partial.status == 200);
  CHECK(partial.text ==
        "{\"stored\":2,\"duplicates\":0,\"refused\":1,\"errors\":[{\"line\":3,\"status\":422,\"error\":\"this id was "
        "used for "
        "another event: write a new one\"}]}\n");
  CHECK(accepted(app) == 3);
}

TEST_CASE("the key of a request is each event's with its number") {
  App app;
  const Headers key = {{"Idempotency-Key", "\"job 7\""}};
  const Headers good = {{"Idempotency-Key", "\"job-7\""}};
  CHECK(post(app, "/events", ndjson, lines(3), key).status == 400);
  CHECK(post(app, "/events", ndjson, lines(3), good).text == "{\"stored\":3,\"duplicates\":0}\n");
  CHECK(post(app, "/events", ndjson, lines(3), good).text == "{\"stored\":0,\"duplicates\":3}\n");
  CHECK(post(app, "/events", ndjson, lines(4), good).text == "{\"stored\":1,\"duplicates\":3}\n");
  CHECK(post(app, "/events", ndjson, "{\"b\":1}", good).text ==
        "line 1: Idempotency-Key \"job-7\" was used for another event: write a new one\n");
}

TEST_CASE("source and id of a CloudEvent are its key, and an id in the body counts more than the header") {
  App app;
  const std::string body = R"({"specversion":"1.0","id":"1","source":"s","type":"t"})";
  const std::string_view type = "application/cloudevents+json";
  CHECK(post(app, "/event", type, body).reply.extra_headers.empty());
  CHECK(post(app, "/event", type, body).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(post(app, "/events", batch, "[" + body + "]").text == "{\"stored\":0,\"duplicates\":1}\n");
  const Headers key = {{"Idempotency-Key", "k"}};
  CHECK(post(app, "/event", type, body, key).reply.extra_headers == "Idempotency-Replayed: true\r\n");
  CHECK(post(app, "/event", json, R"({"id":"1","labels":{"a":1}})", key).reply.extra_headers.empty());
  CHECK(post(app, "/event", json, R"({"id":"1","labels":{"a":1}})").reply.extra_headers ==
        "Idempotency-Replayed: true\r\n");
  CHECK(post(app, "/event", json, R"({"labels":{"b":1}})", key).reply.extra_headers.empty());
}

TEST_CASE("keys of different kinds are different, also where their texts put together are the same") {
  App app;
  CHECK(post(app, "/events", ndjson, "{\"type\":\"a\"}", {{"Idempotency-Key", "ci"}}).status == 200);
  CHECK(
      post(app, "/event", "application/cloudevents+json", R"({"specversion":"1.0","id":"1","source":"ci","type":"t"})")
          .reply.extra_headers.empty());
  CHECK(post(app, "/event", json, R"({"id":"ci\u00001","labels":{"type":"a"}})").reply.extra_headers.empty());
  CHECK(post(app, "/event?type=a", "", "", {{"Idempotency-Key", "7"}}).reply.extra_headers.empty());
  CHECK(post(app, "/event", json, R"({"id":"7","labels":{"type":"a"}})").reply.extra_headers.empty());
  CHECK(accepted(app) == 5);
  const Answer nul = post(app, "/event", "application/cloudevents+json",
                          R"({"specversion":"1.0","id":"1","source":"a\u0000","type":"t"})");
  CHECK(nul.status == 400);
  CHECK(nul.text == "the CloudEvent's \"source\" has a NUL character, and must be an URI-reference\n");
}

TEST_CASE("with partial=1 a line that came too fast says 429, and Retry-After when to come again") {
  App app([](Options& options, queue::Options&) {
    options.rate_limit = 1;
    options.rate_burst = 1;
  });
  const Answer answer = post(app, "/events?partial=1", ndjson, "{\"a\":1}\n{\"a\":2}\n{\"a-b\":2}");
  CHECK(answer.status == 200);
  CHECK(answer.text.starts_with(R"({"stored":1,"duplicates":0,"refused":2,"errors":[{"line":3,"status":400,)"));
  CHECK(answer.text.find(R"({"line":2,"status":429,)") != std::string::npos);
  CHECK(answer.reply.retry_after_seconds == 1);
  app.clock.advance(std::chrono::seconds(10));
  CHECK(post(app, "/events?partial=1", ndjson, "{\"a-b\":1}").reply.retry_after_seconds == 0);
}

TEST_CASE("what belongs elsewhere is sent there") {
  App app;
  CHECK(post(app, "/events", "application/cloudevents+json", "{}").text ==
        "a single CloudEvent (application/cloudevents+json) belongs to POST /event; POST /events takes "
        "application/cloudevents-batch+json\n");
  CHECK(post(app, "/events", ndjson, "[\n  {\"a\":1}\n]\n").text ==
        "line 1: a list begins here, and an event is an object: a list of events is application/json\n");
}

TEST_CASE("in the steady state events of a request cost no heap allocation each") {
  App app;
  const auto one_request = [&app](std::size_t events) {
    const std::string body = lines(events);
    const std::uint64_t before = test::allocations();
    CHECK(post(app, "/events", ndjson, body).status == 200);
    return test::allocations() - before;
  };
  (void)one_request(900);
  (void)one_request(900);
  const std::uint64_t few = one_request(10);
  const std::uint64_t many = one_request(900);
  CHECK(many <= few + 5);  // what the request itself takes differs with its size
}

}  // namespace
}  // namespace oneshot::app
