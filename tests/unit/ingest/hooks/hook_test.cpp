// SPDX-License-Identifier: MIT
#include "ingest/hooks/hook.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "ingest/hooks/mapping.hpp"
#include "unit/ingest/hooks/payload_rig.hpp"

namespace oneshot::ingest {
namespace {

Hook hook(HookOptions options) {
  auto made = Hook::make(std::move(options));
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().what));
  return std::move(*made);
}

/// The labels of the only event, as name=value;...
std::string labels_of(const HookOptions& options, std::string_view json) {
  const Hook mapped = hook(options);
  const test::Request request(json);
  const auto event = mapped.map(request.payload());
  if (!event) return event.error();
  std::string text;
  for (const auto& [name, value] : event->labels) text += name + '=' + value + ';';
  return text;
}

std::string error_of(const HookOptions& options) {
  const auto made = Hook::make(options);
  return made ? "no error" : std::string(made.error().key) + ": " + made.error().what;
}

}  // namespace

TEST_CASE("the parts of an event come from their templates") {
  const Hook made = hook({.metric = "builds",
                          .value = "{/seconds}",
                          .time = "{/at}",
                          .id = "{/id} {/try}",
                          .labels = {{"type", "build"}, {"status", "{/status|lower}"}}});
  const test::Request request(R"({"seconds": 12.5, "at": "2026-01-02T03:04:05Z", "id": 7, "try": 1, "status": "OK"})");
  const auto event = made.map(request.payload());
  REQUIRE(event.has_value());
  CHECK(event->metric == "builds");
  CHECK(event->value == "12.5");
  CHECK(event->time == "2026-01-02T03:04:05Z");
  CHECK(event->id == "7 1");
  CHECK(event->labels == std::vector<std::pair<std::string, std::string>>{{"type", "build"}, {"status", "ok"}});
}

TEST_CASE("an id of which a part is missing is none: it would be that of others too") {
  const Hook made = hook({.id = "run {/id} {/try}", .labels = {{"a", "b"}}});
  CHECK(made.map(test::Request("{}").payload())->id.empty());
  CHECK(made.map(test::Request(R"({"try": 2})").payload())->id.empty());
  CHECK(made.map(test::Request(R"({"id": 1, "try": 2})").payload())->id == "run 1 2");
}

TEST_CASE("labels_from takes texts, numbers and truths of an object, and leaves the rest") {
  HookOptions options{.labels_from = {"/labels"}};
  CHECK(labels_of(options, R"({"labels": {"a": "x", "n": 1, "t": false, "o": {}, "l": [1], "z": null}})") ==
        "a=x;n=1;t=false;");
  CHECK(labels_of(options, R"({"labels": {}})") == "");
  CHECK(labels_of(options, R"({"labels": ["a"]})") == "");
  CHECK(labels_of(options, R"({"labels": null})") == "");
  CHECK(labels_of(options, R"({})") == "");
  options.labels_from = {""};
  CHECK(labels_of(options, R"({"a": 1, "deep": {"b": 2}})") == "a=1;");
}

TEST_CASE("a label that [labels] names goes before one of the payload, also if it is empty") {
  const HookOptions options{.labels_from = {"/labels"}, .labels = {{"team", "{/team}"}, {"k8s_io_name", "mine"}}};
  CHECK(labels_of(options, R"({"labels": {"team": "blue", "zone": "a", "k8s.io/name": "theirs"}})") ==
        "team=;k8s_io_name=mine;zone=a;");
}

TEST_CASE("of two objects the first one wins, and of one object both members stay, for the builder to refuse") {
  const HookOptions options{.labels_from = {"/labels", "body:/common"}};
  CHECK(labels_of(options, R"({"labels": {"a": 1}, "common": {"a": 2, "b": 3}})") == "a=1;b=3;");
  CHECK(labels_of(options, R"({"labels": {"a.b": 1, "a-b": 2}})") == "a.b=1;a-b=2;");
}

TEST_CASE("labels_from brings 32 labels and no more") {
  std::string json = R"({"labels": {"a0": 0)";
  for (int i = 1; i < 32; ++i) json += ", \"a" + std::to_string(i) + "\": 0";
  const HookOptions options{.labels_from = {"/labels"}};
  CHECK(labels_of(options, json + "}}").ends_with("a31=0;"));
  CHECK(labels_of(options, json + R"(, "none": null}})").ends_with("a31=0;"));
  CHECK(labels_of(options, json + R"(, "a32": 0}})") ==
        "labels_from brings more than 32 labels: name those that are wanted in [webhooks.NAME.labels]");
}

TEST_CASE("a value of more than 1,024 bytes is cut at a character, and says so") {
  const HookOptions options{.labels = {{"a", "{/a}"}}};
  const std::string whole(1024, 'x');
  CHECK(labels_of(options, R"({"a": ")" + whole + R"("})") == "a=" + whole + ';');
  CHECK(labels_of(options, R"({"a": ")" + whole + R"(y"})") == "a=" + std::string(1021, 'x') + "…;");
  std::string accents = "x";
  for (int i = 0; i < 600; ++i) accents += "é";
  const std::string cut = labels_of(options, R"({"a": ")" + accents + R"("})");
  CHECK(cut == "a=" + accents.substr(0, 1021) + "…;");
  CHECK(cut.size() == 2 + 1024 + 1);
}

TEST_CASE("each element of the list is an event, and without each the body is one") {
  const auto count = [](std::string each, std::string_view json) {
    const Hook made = hook({.each = std::move(each), .labels = {{"a", "b"}}});
    const test::Request request(json);
    const auto elements = made.elements(request.body());
    return elements ? std::to_string(elements->size()) : elements.error();
  };
  CHECK(count("", "{}") == "1");
  CHECK(count("", "[1, 2]") == "1");
  CHECK(count("/alerts", R"({"alerts": [{}, {}, 3]})") == "3");
  CHECK(count("/alerts", R"({"alerts": []})") == "0");
  CHECK(count("/alerts", R"({"alerts": null})") == "0");
  CHECK(count("/alerts", "{}") == "the body has no \"/alerts\" (each)");
  CHECK(count("/alerts", R"({"alerts": {}})") == "\"/alerts\" (each) is an object, not a list");
  CHECK(count("/a/b", R"({"a": {"b": "x"}})") == "\"/a/b\" (each) is a text, not a list");
}

TEST_CASE("all lines of when must hold") {
  const Hook made = hook({.when = {{"/a", {"1", "2"}}, {"header:X", {"y"}}}, .labels = {{"a", "b"}}});
  const test::Request good(R"({"a": 2})", {{"X", "y"}});
  const test::Request bad(R"({"a": 3})", {{"X", "y"}});
  const test::Request worse(R"({"a": 2})");
  CHECK(made.unmet(good.payload()) == nullptr);
  REQUIRE(made.unmet(bad.payload()) != nullptr);
  CHECK(made.unmet(bad.payload())->explain(bad.payload()) == R"(/a is "3"; when allows "1", "2")");
  CHECK(made.unmet(worse.payload())->explain(worse.payload()) == R"(header:X is ""; when allows "y")");
}

TEST_CASE("a request is mapped in the order of its list, ignored elements among them") {
  const Hook made = hook({.each = "/l", .when = {{"/ok", {"true"}}}, .labels = {{"n", "{/n}"}}});
  const test::Request request(R"({"l": [{"ok": true, "n": 1}, {"n": 2}, {"ok": true, "n": 3}]})");
  const auto mapped = map_request(made, request.body(), request.headers());
  REQUIRE(mapped.has_value());
  REQUIRE(mapped->size() == 3);
  CHECK((*mapped)[0].event.labels.at(0).second == "1");
  CHECK((*mapped)[1].unmet != nullptr);
  CHECK((*mapped)[2].number == 3);
  CHECK((*mapped)[2].event.labels.at(0).second == "3");
}

TEST_CASE("a request of more than 10,000 elements is refused whole") {
  std::string json = "[0";
  for (int i = 1; i < 10'000; ++i) json += ",0";
  const Hook made = hook({.each = "/l", .labels = {{"a", "b"}}});
  const test::Request most(R"({"l": )" + json + "]}");
  CHECK(map_request(made, most.body(), {})->size() == 10'000);
  const test::Request more(R"({"l": )" + json + ",0]}");
  const auto refused = map_request(made, more.body(), {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == event::Reason::too_large);
  CHECK(refused.error().message == "more than 10000 elements in one request");
}

TEST_CASE("a hook that cannot be names the key") {
  const std::vector<std::pair<std::string, std::string>> some{{"a", "b"}};
  CHECK(error_of({}) == "labels: or labels_from is needed: an event has at least one label");
  CHECK(error_of({.signature = "token:X", .labels = some}) ==
        "secret_file: is needed for signature = \"token:X\": name the file that holds the secret, or set signature = "
        "\"\" to take events from everybody");
  CHECK(error_of({.secret_file = "/x", .labels = some}) ==
        "signature: is needed beside secret_file: \"hmac-sha256:HEADER\" or \"token:HEADER\"");
  CHECK(error_of({.each = "alerts", .labels = some}) ==
        "each: \"alerts\" is not a JSON pointer: a slash stands before each step, as in /project/name");
  CHECK(error_of({.when = {{"a", {"b"}}}, .labels = some}) ==
        "when: \"a\": \"a\" is neither a JSON pointer such as /project/name, nor body:/POINTER, nor header:NAME");
  CHECK(error_of({.value = "{", .labels = some}) ==
        "value: character 1: no } closes this brace; a brace itself is written {{");
  CHECK(error_of({.id = "build/id", .labels = some}) ==
        "id: \"build/id\" would make every event a repeat of the first one: what the payload has is written in braces, "
        "as in \"{/build/id}\"");
  CHECK(error_of({.value = "/seconds", .labels = some}) ==
        "value: \"/seconds\" is not a number: what the payload has is written in braces, as in \"{/seconds}\"");
  CHECK(error_of({.time = "/at", .labels = some}).starts_with("time: \"/at\" is neither RFC 3339 nor seconds"));
  CHECK(error_of({.value = "2.5", .time = "2026-11-26T09:30:00Z", .labels = some}) == "no error");
  CHECK(error_of({.labels_from = {"header:X"}}) ==
        "labels_from: \"header:X\" is neither a JSON pointer such as /labels nor body:/POINTER");
  CHECK(error_of({.labels = {{"a", "{/x|upper}"}}}) ==
        "labels: a: character 5: there is no filter \"upper\": allowed are strip:TEXT and lower");
}

}  // namespace oneshot::ingest
