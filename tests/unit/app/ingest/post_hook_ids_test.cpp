// SPDX-License-Identifier: MIT
// What makes an event of a hook the same as one before, and what its payload may call a label.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/ingest/hook/post_hook.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using Headers = std::vector<http::Header>;

std::shared_ptr<const ingest::Hook> hook(ingest::HookOptions options) {
  auto made = ingest::Hook::make(std::move(options));
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().what));
  return std::make_shared<const ingest::Hook>(std::move(*made));
}

class HookApp : public App {
 public:
  explicit HookApp(const ingest::HookOptions& made_of, const std::vector<std::string>& plain_labels = {})
      : App([&](Options& endpoints, queue::Options&) {
          endpoints.hooks = {{"ci", hook(made_of)}};
          endpoints.event.plain_labels = plain_labels;
        }) {}

  Answer send(std::string body, Headers headers = {}, std::string target = "/hook/ci") {
    return call({.method = http::Method::post,
                 .target = std::move(target),
                 .headers = std::move(headers),
                 .body = std::move(body)});
  }
  /// How many were stored and how many were duplicates, as "2 1".
  std::string counts(std::string body, Headers headers = {}) {
    const std::string text = send(std::move(body), std::move(headers)).text;
    const auto number = [&text](std::string_view name) {
      const std::size_t begin = text.find(name) + name.size();
      return text.substr(begin, text.find(',', begin) - begin);
    };
    return number("\"stored\":") + ' ' + number("\"duplicates\":");
  }
};

const ingest::HookOptions alerts{.each = "/alerts", .id = "{/print} {/at}", .labels_from = {"/labels"}};

TEST_CASE("two alerts of which a part of the id is missing are two events") {
  HookApp app(alerts);
  const std::string body = R"({"alerts": [{"at": 1, "labels": {"a": 1}}, {"at": 1, "labels": {"a": 2}}]})";
  CHECK(app.counts(body) == "2 0");
  CHECK(test::event_samples(app.get("/metrics")) == 2);
}

TEST_CASE("Idempotency-Key with the number of the event is the id where the hook makes none") {
  HookApp app(alerts);
  const std::string body =
      R"({"alerts": [{"labels": {"a": 1}}, {"labels": {"a": 1}}, {"print": 7, "at": 1, "labels": {"a": 2}}]})";
  const Headers key = {{"idempotency-key", "\"k1\""}};
  CHECK(app.counts(body, key) == "3 0");
  CHECK(app.counts(body, key) == "0 3");
  CHECK(app.counts(body, {{"Idempotency-Key", "k1"}}) == "0 3");
  CHECK(app.counts(body, {{"Idempotency-Key", "k2"}}) == "2 1");
  CHECK(app.counts(body) == "2 1");
  const Answer bad = app.send(body, {{"Idempotency-Key", "k 1"}});
  CHECK(bad.status == 400);
  CHECK(bad.text.starts_with("hook \"ci\": header Idempotency-Key \"k 1\": must be"));
  // Nobody needs it there.
  CHECK(app.send(R"({"alerts": [{"print": 7, "at": 1, "labels": {"a": 2}}]})", {{"Idempotency-Key", "k 1"}}).status ==
        200);
  CHECK(app.send(R"({"alerts": [{"labels": {"a": 1}}]})", key, "/hook/ci?dry_run=1")
            .text.find("# event 1, Idempotency-Key \"k1\"\n") != std::string::npos);
}

TEST_CASE("an id of a hook, its header, and the header of another path are different keys") {
  HookApp app({.id = "{/id}", .labels = {{"a", "b"}}});
  CHECK(app.counts(R"({"id": "k"})") == "1 0");
  CHECK(app.counts("{}", {{"Idempotency-Key", "k"}}) == "1 0");
  CHECK(app.send("", {{"Idempotency-Key", "k"}}, "/event?a=b").reply.extra_headers.empty());
  CHECK(test::value_of(app.get("/metrics"), "events_to_metrics", {{"a", "b"}}) == 3);
}

TEST_CASE("headers that contradict each other are refused, as everywhere") {
  HookApp app({.labels = {{"a", "b"}}});
  const Answer answer = app.send("{}", {{"Content-Type", "application/json"}, {"content-type", "text/plain"}});
  CHECK(answer.status == 400);
  CHECK(answer.text == "hook \"ci\": header content-type is given twice, with different values\n");
  CHECK(app.send("{}", {{"Content-Type", "application/json"}, {"Content-Type", "application/json"}}).status == 200);
}

TEST_CASE("labels_from leaves out what would be no label elsewhere, unless it is named or allowed") {
  const std::string body = R"({"labels": {"time": "now", "ttl": 5, "timestamp": 7, "value": 3, "a": 1}})";
  ingest::HookOptions options{.labels_from = {"/labels"}};
  HookApp app(options);
  CHECK(app.send(body).status == 200);
  CHECK(test::value_of(app.get("/metrics"), "events_to_metrics", {{"a", "1"}}) == 1);
  options.labels = {{"time", "{/labels/time}"}};
  HookApp named(options);
  CHECK(named.send(body).status == 200);
  CHECK(test::value_of(named.get("/metrics"), "events_to_metrics", {{"a", "1"}, {"time", "now"}}) == 1);
  HookApp allowed({.labels_from = {"/labels"}}, {"ttl"});
  CHECK(allowed.send(body).status == 200);
  CHECK(test::value_of(allowed.get("/metrics"), "events_to_metrics", {{"a", "1"}, {"ttl", "5"}}) == 1);
}

TEST_CASE("a time that is a round number in JSON is one") {
  HookApp app({.time = "{/t}", .labels = {{"a", "{/t}"}}});
  CHECK(app.send(R"({"t": 1795000000.0})").status == 200);
  CHECK(test::value_of(app.get("/metrics"), "events_to_metrics", {{"a", "1795000000"}}) == 1);
}

}  // namespace
}  // namespace oneshot::app
