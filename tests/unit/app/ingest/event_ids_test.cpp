// SPDX-License-Identifier: MIT
// The ids of events in the answers to those who post.
#include "app/ingest/storing/event_ids.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/writer.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;

Answer post(App& app, std::string target, std::string_view type = {}, std::string body = {},
            std::vector<http::Header> headers = {}) {
  if (!type.empty()) headers.push_back({"Content-Type", type});
  return app.call({.method = http::Method::post,
                   .target = std::move(target),
                   .headers = std::move(headers),
                   .body = std::move(body)});
}

std::string id_of(const Answer& answer) {
  return answer.reply.has_event_id() ? std::string(answer.reply.event_id.data(), answer.reply.event_id.size()) : "none";
}

TEST_CASE("the answer to an event has its id, by which the queue finds it") {
  App app;
  const std::string id = id_of(post(app, "/event?type=deploy"));
  const auto parsed = queue::EventId::parse(id);
  REQUIRE(parsed);
  const auto found = app.queue->find(*parsed);
  REQUIRE(found);
  CHECK(found->event.labels == "type=\"deploy\"");
  CHECK(id_of(post(app, "/event?type=deploy")) != id);
}

TEST_CASE("a repeated event has the id of the first one, and one that is refused has none") {
  App app;
  const std::vector<http::Header> key = {{"Idempotency-Key", "k"}};
  const std::string id = id_of(post(app, "/event?a=1", {}, {}, key));
  CHECK(id_of(post(app, "/event?a=1", {}, {}, key)) == id);
  CHECK(id_of(post(app, "/event?a=2", {}, {}, key)) == "none");
  CHECK(id_of(post(app, "/event")) == "none");
}

TEST_CASE("the answer about many events has the id of each, in their order") {
  App app;
  const Answer answer = post(app, "/events", "application/json", R"([{"a":"1"},{"b":"2"}])");
  REQUIRE(answer.ids.size() == 2 * queue::EventId::digits + 7);
  const auto second = queue::EventId::parse(std::string_view(answer.ids).substr(29, queue::EventId::digits));
  REQUIRE(second);
  CHECK(app.queue->find(*second)->event.labels == "b=\"2\"");
  CHECK(post(app, "/events", "application/json", "[]").ids == "[]");
}

TEST_CASE("an event that nobody knows any more is null in a list") {
  std::string text;
  json::Writer out(text);
  write_ids(out.object(), std::vector<queue::EventId>{{}, {.place = 1, .tag = 2}});
  out.end_object();
  CHECK(text == "{\"ids\":[null,\"000000000000010000000002\"]}");
}

}  // namespace
}  // namespace oneshot::app
