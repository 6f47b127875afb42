// SPDX-License-Identifier: MIT
// POST /event with bodies that are no form.
#include "app/ingest/reading/event_body.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/query_parameter.hpp"
#include "support/gzip.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using oneshot::test::gzip;
using test::Answer;
using test::App;
using Headers = std::vector<http::Header>;

Answer post(App& app, std::string target, std::string_view type, std::string body, Headers more = {}) {
  if (!type.empty()) more.push_back({"Content-Type", type});
  return app.call(
      {.method = http::Method::post, .target = std::move(target), .headers = std::move(more), .body = std::move(body)});
}

/// The labels and value of the one event, as `a=1 b=2 = 5`; "" for none.
std::string stored(App& app) {
  std::string text;
  const oneshot::test::ParsedExposition exposition = test::parse(app.scrape("/metrics?scraper=test"));
  const auto* const family = exposition.family("events_to_metrics");
  if (family == nullptr) return text;
  for (const auto& sample : family->samples) {
    for (const auto& [name, value] : sample.labels) text += name + '=' + value + ' ';
    text += "= " + std::to_string(static_cast<int>(sample.value)) + ';';
  }
  return text;
}

constexpr std::string_view json = "application/json";

TEST_CASE("a flat JSON object is an event, and labels of the query are added") {
  App app;
  CHECK(post(app, "/event", json, R"({"type":"deploy","n":3,"value":7})").status == 200);
  CHECK(stored(app) == "n=3 type=deploy = 7;");
  CHECK(post(app, "/event?env=prod&value=2", "Application/JSON; charset=utf-8", "\xef\xbb\xbf{\"type\":\"deploy\"}")
            .status == 200);
  CHECK(stored(app) == "env=prod type=deploy = 2;");
  CHECK(post(app, "/event?type=alert", json, "{}").status == 200);
  CHECK(stored(app) == "type=alert = 1;");
  CHECK(post(app, "/event?type=alert", json, "").status == 200);
  CHECK(stored(app) == "type=alert = 1;");
}

TEST_CASE("what is given in the query and in the body is given twice") {
  App app;
  for (const char* const body : {R"({"type":"x"})", R"({"a":1,"value":1})", R"({"a":1,"time":1})"}) {
    const Answer answer = post(app, "/event?type=alert&value=2&time=3", json, body);
    CHECK(answer.status == 400);
    CHECK(answer.text.find("is given twice") != std::string::npos);
  }
  CHECK(stored(app).empty());
}

TEST_CASE("what is wrong with JSON is said, and nothing is stored") {
  App app;
  const auto says = [&](const char* body, std::string_view words) {
    const Answer answer = post(app, "/event?type=alert", json, body);
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.text.find(words) != std::string::npos, answer.text);
    CHECK(answer.text.ends_with('\n'));
  };
  says(R"({"a":)", "the body is not valid JSON: a comma, colon, bracket or value is missing");
  says(R"([{"a":1}])", "the body is a list: a list of events belongs to POST /events");
  says(R"("text")", "the body is a text, and an event is an object");
  says(R"({"a":"\ud800"})", "half of a surrogate pair");
  says(R"({"a":1e400})", "too large");
  says(R"({"a":{"b":1}})", "label \"a\" is an object: only texts, numbers, true and false are label values");
  says(R"({"a":1,"a":2})", "label \"a\" is given twice");
  CHECK(stored(app).empty());
}

TEST_CASE("CloudEvents in both modes") {
  App app;
  CHECK(post(app, "/event?env=prod", "application/cloudevents+json",
             R"({"specversion":"1.0","id":"1","source":"s","type":"t","data":{"n":5,"value":3}})")
            .status == 200);
  CHECK(stored(app) == "env=prod n=5 source=s type=t = 3;");
  const auto attributes = [](std::string_view id) {
    return Headers{{"ce-specversion", "1.0"}, {"ce-id", id}, {"ce-source", "s"}, {"ce-type", "t"}};
  };
  CHECK(post(app, "/event", json, R"({"n":5})", attributes("2")).status == 200);
  CHECK(stored(app) == "n=5 source=s type=t = 1;");
  CHECK(post(app, "/event", "application/vnd.acme+json", R"({"n":6})", attributes("3")).status == 200);
  CHECK(stored(app) == "n=6 source=s type=t = 1;");
  CHECK(post(app, "/event", "text/plain", "a text", attributes("4")).status == 200);
  CHECK(stored(app) == "source=s type=t = 1;");
  CHECK(post(app, "/event", "", "", attributes("5")).status == 200);
  CHECK(stored(app) == "source=s type=t = 1;");
  CHECK(post(app, "/event", json, "{", attributes("6")).status == 400);
  CHECK(post(app, "/event", json, "{}", {{"ce-specversion", "1.0"}}).status == 400);
  // What has the type of structured mode is in structured mode, whatever the headers say.
  CHECK(post(app, "/event", "application/cloudevents+json",
             R"({"specversion":"1.0","id":"7","source":"s","type":"structured"})", attributes("8"))
            .status == 200);
  CHECK(stored(app) == "source=s type=structured = 1;");
}

TEST_CASE("the fields of multipart/form-data are parameters") {
  App app;
  const std::string field = "--B\r\nContent-Disposition: form-data; name=\"service\"\r\n\r\na & b\r\n--B--\r\n";
  CHECK(post(app, "/event?type=x", "multipart/form-data; boundary=B", field).status == 200);
  CHECK(stored(app) == "service=a & b type=x = 1;");
  CHECK(post(app, "/event?type=x", "multipart/form-data", field).status == 400);
}

TEST_CASE("a plain text becomes the label that the parameter text names") {
  App app;
  CHECK(post(app, "/event?text=message&type=x", "text/plain; charset=utf-8", "Backup of db1 & db2\nfinished\r\n")
            .status == 200);
  CHECK(stored(app) == "message=Backup of db1 & db2\nfinished type=x = 1;");
  CHECK(post(app, "/event?text=build%20log", "text/plain", "x").status == 200);
  CHECK(stored(app) == "build_log=x = 1;");
  CHECK(post(app, "/event?text=", "text/plain", "x").status == 400);
  CHECK(post(app, "/event?text=a&text=b", "text/plain", "x").status == 400);
  CHECK(post(app, "/event?text=message", "Text/Markdown; charset=utf-8", "# x").status == 200);
  CHECK(post(app, "/event?text=message", "text/html", "<p>").status == 200);
  CHECK(stored(app) == "message=# x = 1;message=<p> = 1;");
  CHECK(post(app, "/event?text=message", "text/plain", "\xff").status == 400);
  CHECK(post(app, "/event?text=message", "text/plain", "\n").status == 400);  // no label at all
  const Answer unasked = post(app, "/event", "text/plain", "x");
  CHECK(unasked.status == 415);
  CHECK(unasked.text.find("?text=message") != std::string::npos);
  CHECK(stored(app).empty());
  // Beside every other body it is an ordinary label.
  CHECK(post(app, "/event?text=message", json, R"({"a":1})").status == 200);
  CHECK(stored(app) == "a=1 text=message = 1;");
}

TEST_CASE("the parameter text is never a label beside a text or a body that nobody understands") {
  App app;
  for (const char* const body : {"\x01\x02", ""}) {
    const Answer answer = post(app, "/event?text=message&type=a", "application/octet-stream", body);
    CHECK(answer.status == 415);
    CHECK(answer.text ==
          "?text= makes a label of a text, and a body of Content-Type \"application/octet-stream\" is none: send "
          "Content-Type: text/plain\n");
  }
  CHECK(post(app, "/event?text=message&type=a", "text/plain", "").status == 200);
  CHECK(post(app, "/event?text=message&type=a", "text/plain", "\r\n").status == 200);
  CHECK(post(app, "/event?text=message&type=a", "text/plain", gzip(""), {{"Content-Encoding", "gzip"}}).status == 200);
  CHECK(stored(app) == "type=a = 3;");
  CHECK(post(app, "/event?type=a", "application/octet-stream", "\x01").status == 200);
  CHECK(post(app, "/event?type=a", "application/octet-stream", "").status == 200);
  CHECK(stored(app) == "type=a = 2;");
  // Whoever posts a form has a label of that name, wherever it stands.
  CHECK(post(app, "/event", "application/x-www-form-urlencoded", "type=x&text=hello").status == 200);
  CHECK(post(app, "/event?type=x&text=hello", "application/x-www-form-urlencoded", "").status == 200);
  CHECK(post(app, "/event?type=x&text=hello", "", "").status == 200);
  CHECK(stored(app) == "text=hello type=x = 3;");
}

TEST_CASE("a text may be what else a parameter of that name is") {
  App app;
  CHECK(post(app, "/event?text=value&type=a", "text/plain", "42\n").status == 200);
  CHECK(stored(app) == "type=a = 42;");
  CHECK(post(app, "/event?text=value&type=a", "text/plain", "x").text.starts_with("value \"x\" is not a number"));
  CHECK(post(app, "/event?text=time&type=a", "text/plain", "now").text.starts_with("time \"now\" must be RFC 3339"));
  CHECK(post(app, "/event?text=timestamp&type=a", "text/plain", "1").text.starts_with("timestamp is no label"));
  CHECK(post(app, "/event?text=ttl&type=a", "text/plain", "1").text.starts_with("ttl is no label"));
  CHECK(stored(app).empty());
}

TEST_CASE("JSON of another type is told what to write") {
  App app;
  for (const char* const body : {R"({"type":"a"})", " \n[1]"}) {
    const Answer answer = post(app, "/event", "text/plain", body);
    CHECK(answer.status == 415);
    CHECK(answer.text ==
          "a body of Content-Type \"text/plain\" is not understood; this is JSON: send Content-Type: "
          "application/json\n");
  }
}

TEST_CASE("a bad Event-Time is called so") {
  App app;
  const Answer answer = post(app, "/event?type=a", "", "", {{"Event-Time", "2026-11-26 09:30:00"}});
  CHECK(answer.status == 400);
  CHECK(answer.text ==
        "header Event-Time \"2026-11-26 09:30:00\" must be RFC 3339, such as 2026-11-26T09:30:00Z, or seconds since "
        "1970 (the offset is missing: Z for UTC, or +01:00)\n");
  CHECK(post(app, "/event", json, R"({"a":1})", {{"Event-Time", "noon"}}).text.starts_with("header Event-Time"));
  CHECK(post(app, "/event", json, R"({"a":1,"time":5})", {{"Event-Time", "5"}}).text == "time is given twice\n");
}

TEST_CASE("a key that was used for another event is called by the place that it came from") {
  App app;
  const auto second = [&](std::string target, std::string_view type, const std::string& one, const std::string& other,
                          const Headers& more) {
    CHECK(post(app, target, type, one, more).status == 200);
    const Answer answer = post(app, target, type, other, more);
    CHECK(answer.status == 422);
    return answer.text;
  };
  const std::string words = " was used for another event: write a new one\n";
  const Headers key = {{"Idempotency-Key", "\"k\""}};
  CHECK(second("/event", "application/x-www-form-urlencoded", "a=1", "a=2", key) == "Idempotency-Key \"k\"" + words);
  CHECK(second("/event", json, R"({"id":"7","labels":{"a":1}})", R"({"id":"7","labels":{"a":2}})", key) ==
        "id \"7\"" + words);
  const std::string event = R"({"specversion":"1.0","id":"7","source":"s","type":)";
  CHECK(second("/event", "application/cloudevents+json", event + "\"a\"}", event + "\"b\"}", key) ==
        "CloudEvent source \"s\" with id \"7\"" + words);
  const Headers attributes = {{"ce-specversion", "1.0"}, {"ce-id", "8"}, {"ce-source", "s"}, {"ce-type", "t"}};
  CHECK(second("/event", json, R"({"a":1})", R"({"a":2})", attributes) ==
        "CloudEvent source \"s\" with id \"8\"" + words);
}

TEST_CASE("an empty Content-Encoding is none") {
  App app;
  CHECK(post(app, "/event", json, R"({"a":1})", {{"Content-Encoding", ""}}).status == 200);
  CHECK(post(app, "/event", "", "a=1", {{"Content-Encoding", ""}}).status == 200);
  CHECK(stored(app) == "a=1 = 2;");
}

TEST_CASE("a body in gzip is any of these") {
  App app;
  const Headers encoded = {{"Content-Encoding", "gzip"}};
  CHECK(post(app, "/event", json, gzip(R"({"type":"json"})"), encoded).status == 200);
  CHECK(stored(app) == "type=json = 1;");
  CHECK(post(app, "/event", "application/x-www-form-urlencoded", gzip("type=form") + gzip("&b=2"),
             {{"Content-Encoding", "X-GZip"}})
            .status == 200);
  CHECK(stored(app) == "b=2 type=form = 1;");
  CHECK(post(app, "/event?text=message", "text/plain", gzip("a text"), encoded).status == 200);
  CHECK(stored(app) == "message=a text = 1;");
  CHECK(post(app, "/event", json, R"({"type":"json"})", {{"Content-Encoding", "identity"}}).status == 200);
}

TEST_CASE("a body in gzip that is too large, damaged or called otherwise is refused") {
  App app;
  const Headers encoded = {{"Content-Encoding", "gzip"}};
  const Answer bomb = post(app, "/event", json, gzip(std::string(10 << 20, ' ')), encoded);
  CHECK(bomb.status == 413);
  CHECK(bomb.text == "the body unfolds to more than 65536 bytes\n");
  CHECK(post(app, "/event", json, "{}", encoded).text == "the body cannot be read as gzip: it is no gzip\n");
  const std::string whole = gzip(R"({"type":"json"})");
  CHECK(post(app, "/event", json, whole.substr(0, 20), encoded).status == 400);
  CHECK(post(app, "/event", json, whole + "x", encoded).status == 400);
  for (const char* const other : {"br", "deflate", "zstd", "gzip, gzip", "compress"}) {
    const Answer answer = post(app, "/event", json, "{}", {{"Content-Encoding", other}});
    CHECK(answer.status == 415);
    CHECK(answer.text.find("send it plain, or as gzip") != std::string::npos);
    CHECK(answer.reply.extra_headers == "Accept-Encoding: gzip\r\n");
  }
  CHECK(stored(app).empty());
}

TEST_CASE("what has several events belongs to the other door") {
  App app;
  for (const char* const type : {"application/x-ndjson", "application/cloudevents-batch+json"}) {
    const Answer answer = post(app, "/event?type=x", type, "{\"a\":1}");
    CHECK(answer.status == 415);
    CHECK(answer.text.find("send it to POST /events") != std::string::npos);
  }
}

TEST_CASE("types that are JSON") {
  CHECK(is_json("application/json"));
  CHECK(is_json("application/vnd.github+JSON; charset=utf-8"));
  CHECK(!is_json("+json"));
  CHECK(!is_json("application/jsonp"));
  CHECK(!is_json("text/plain"));
  CHECK(!is_json(""));
}

TEST_CASE("a parameter is taken out of a query, and the rest stays as it is") {
  const auto rest = [](std::string_view query) { return take_parameter(query, "text")->rest; };
  const auto value = [](std::string_view query) { return take_parameter(query, "text")->value.value_or("none"); };
  CHECK(rest("a=1&text=b%20c&d=%41") == "a=1&d=%41");
  CHECK(value("a=1&text=b%20c+d&d=%41") == "b c d");
  CHECK(value("text=") == "");
  CHECK(value("text") == "none");
  CHECK(rest("text") == "text");
  CHECK(value("") == "none");
  CHECK(value("atext=1&texta=2") == "none");
  CHECK(take_parameter("text=a&text=a", "text").error().message == "text is given twice");
  CHECK(take_parameter("a=1&text=%4", "text").error().message.starts_with("parameter 2"));
}

}  // namespace
}  // namespace oneshot::app
