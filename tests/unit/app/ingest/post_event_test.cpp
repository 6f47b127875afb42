// SPDX-License-Identifier: MIT
#include "app/ingest/post_event.hpp"

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/ingest/reading/media_type.hpp"
#include "app/ingest/reading/post_headers.hpp"
#include "app/ingest/refusal.hpp"
#include "base/log.hpp"
#include "http/parse/parser.hpp"
#include "support/captured_log.hpp"
#include "unit/app/allocation_count.hpp"
#include "unit/app/app_fixture.hpp"
#include "unit/app/lock_count.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using test::Answer;
using test::App;

Answer post_form(App& app, std::string target, std::string body, std::string_view type) {
  std::vector<http::Header> headers;
  if (!type.empty()) headers.push_back({"content-type", type});
  return app.call(
      {.method = Method::post, .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
}

TEST_CASE("an event that is taken is answered 200 with an empty body, and counted") {
  App app;
  const Answer answer = app.post("/event?type=deploy&service=checkout");
  CHECK(answer.status == 200);
  CHECK(answer.text.empty());
  CHECK(app.services->counters[0].accepted.load() == 1);
  CHECK(test::value_of(app.get("/metrics"), "events_to_metrics", {{"type", "deploy"}, {"service", "checkout"}}) == 1);
}

TEST_CASE("labels come from the query and from a form") {
  App app;
  REQUIRE(post_form(app, "/event?a=1", "b=2&value=7", "Application/X-WWW-Form-Urlencoded; charset=UTF-8").status ==
          200);
  CHECK(test::value_of(app.get("/metrics"), "events_to_metrics", {{"a", "1"}, {"b", "2"}}) == 7);
}

TEST_CASE("every Content-Type of a body counts, and so does its Content-Encoding") {
  App app;
  const auto status = [&](std::vector<http::Header> headers) {
    return app.call({.method = http::Method::post, .target = "/event", .headers = std::move(headers), .body = "b=2"})
        .status;
  };
  const http::Header form{"Content-Type", "application/x-www-form-urlencoded"};
  CHECK(status({form}) == 200);
  CHECK(status({form, {"Content-Type", "text/plain"}}) == 400);
  CHECK(status({form, {"Content-Encoding", "gzip"}}) == 400);
  CHECK(status({form, {"Content-Encoding", "br"}}) == 415);
  CHECK(status({form, {"content-encoding", "Identity"}}) == 200);
}

TEST_CASE("a body of another type is passed over where the query has a label, and refused where it is alone") {
  App app;
  for (const char* type : {"application/xml", "text/html; charset=utf-8", "application/x-www-form-urlencodedx"}) {
    CAPTURE(type);
    CHECK(post_form(app, "/event?a=1", "b=2", type).status == 200);
    CHECK(post_form(app, "/event?a=1", "", type).status == 200);
    for (const char* target : {"/event", "/event?value=5", "/event?a="}) {
      const Answer answer = post_form(app, target, "b=2", type);
      CHECK(answer.status == 415);
      CHECK(answer.text.find(type) != std::string::npos);
      CHECK(answer.text.find("-d message='…'") != std::string::npos);
      CHECK(answer.text.find('\n') == answer.text.size() - 1);
    }
    CHECK(post_form(app, "/event?a-b=1", "b=2", type).status == 400);
    CHECK(post_form(app, "/event", "", type).status == 400);
  }
  CHECK(app.services->counters[0].rejected[static_cast<std::size_t>(event::Reason::bad_content_type)].load() == 9);
  CHECK(test::event_samples(app.get("/metrics")) == 1);
}

TEST_CASE("a body of another type is passed over in whatever encoding") {
  App app;
  const auto status = [&](const char* target) {
    return app
        .call({.method = Method::post,
               .target = target,
               .headers = {{"Content-Type", "application/xml"}, {"Content-Encoding", "br"}},
               .body = "\x1b"})
        .status;
  };
  CHECK(status("/event?a=1") == 200);
  CHECK(status("/event") == 415);
}

TEST_CASE("a body without a type is read as a form") {
  App app;
  REQUIRE(post_form(app, "/event?a=1", "b=2&value=7", "").status == 200);
  CHECK(test::value_of(app.get("/metrics"), "events_to_metrics", {{"a", "1"}, {"b", "2"}}) == 7);
  CHECK(post_form(app, "/event?a=1", "some text", "").status == 400);
  CHECK(post_form(app, "/event?a=1", "{\"b\":2}", "").text == "this is JSON: send Content-Type: application/json\n");
}

TEST_CASE("the header Event-Time is the sender's time, with a body and without") {
  App app;
  const auto status = [&](std::vector<http::Header> headers, std::string target) {
    return app.call({.method = Method::post, .target = std::move(target), .headers = std::move(headers)}).status;
  };
  CHECK(status({{"Event-Time", "2026-11-26T09:30:00Z"}}, "/event?a=1") == 200);
  CHECK(status({{"event-time", "1795685400.25"}}, "/event?a=1") == 200);
  CHECK(status({{"Event-Time", "noon"}}, "/event?a=1") == 400);
  CHECK(status({{"Event-Time", ""}}, "/event?a=1") == 400);
  CHECK(status({{"Event-Time", "1"}}, "/event?a=1&time=1") == 400);
  CHECK(status({{"Event-Time", "1"}, {"Event-Time", "2"}}, "/event?a=1") == 400);
}

TEST_CASE("a sender's time is refused where it is not wanted and nobody would see it") {
  const auto status = [](bool timestamps) {
    App app([=](Options& options, queue::Options& queue) {
      options.event.sender_time = event::SenderTime::refuse;
      queue.explicit_timestamps = timestamps;
    });
    return app.post("/event?a=1&time=0").status;
  };
  CHECK(status(false) == 400);
  CHECK(status(true) == 200);
}

TEST_CASE("each client that is refused has one line a minute, with the client that a trusted proxy names") {
  App app([](Options& options, queue::Options&) { options.trusted_proxies = networks({"10.0.0.7"}); });
  const auto post = [&](const char* peer, std::vector<http::Header> headers) {
    CHECK(app.call({.method = Method::post, .target = "/event?a-b=1", .headers = std::move(headers), .peer = peer})
              .status == 400);
  };
  log::set_level(log::Level::info);
  const oneshot::test::CapturedLog captured;
  for (int i = 0; i < 3; ++i) {
    post("10.0.0.7", {{"X-Forwarded-For", "192.0.2.1"}});
    post("10.0.0.7", {});
    post("10.0.0.8", {{"X-Forwarded-For", "192.0.2.2"}});
  }
  CHECK(captured.count("level=info msg=\"event refused\"") == 3);
  CHECK(captured.count(
            "peer=10.0.0.7 forwarded_for=192.0.2.1 reason=bad_label_name detail=\"label name \\\"a-b\\\" may") == 1);
  CHECK(captured.count("peer=10.0.0.7 reason=bad_label_name") == 1);
  CHECK(captured.count("peer=10.0.0.8 reason=bad_label_name") == 1);
  app.clock.advance(std::chrono::minutes(1));
  post("10.0.0.7", {});
  CHECK(captured.count("unlogged=2") == 1);
  CHECK(captured.count("unlogged=0") == 3);
  log::set_level(log::Level::error);
}

TEST_CASE("each reason has its status, and a refused event is not in the log") {
  struct Row {
    std::string query;
    int status;
    event::Reason reason;
  };
  const std::vector<Row> rows{
      {"a-b=1", 400, event::Reason::bad_label_name},
      {"__name__=x", 400, event::Reason::bad_label_name},
      {"a=1&value=abc", 400, event::Reason::bad_value},
      {"", 400, event::Reason::no_labels},
      {"a=1&value", 400, event::Reason::bad_parameter},
      {"a=1&time=noon", 400, event::Reason::bad_time},
      {"a=1&timestamp=1", 400, event::Reason::bad_time},
      {"a=1&ttl=1", 400, event::Reason::bad_parameter},
      {"a=%ff", 400, event::Reason::bad_utf8},
      {"a=%zz", 400, event::Reason::bad_encoding},
      {"a=1&a=2", 400, event::Reason::duplicate_label},
      {"a=" + std::string(16385, 'x'), 413, event::Reason::too_large},
  };
  App app;
  for (const Row& row : rows) {
    CAPTURE(row.query.substr(0, 20));
    const Answer answer = app.post("/event?" + row.query);
    CHECK(answer.status == row.status);
    CHECK(answer.text.size() > 1);
    CHECK(answer.text.find('\n') == answer.text.size() - 1);
    CHECK(app.services->counters[0].rejected[static_cast<std::size_t>(row.reason)].exchange(0) == 1);
  }
  CHECK(app.services->counters[0].accepted.load() == 0);
  CHECK(test::event_samples(app.get("/metrics")) == 0);
}

TEST_CASE("a log that is full and may not drop refuses with Retry-After") {
  App app([](Options&, queue::Options& queue) {
    queue.when_full = queue::WhenFull::reject;
    queue.names = {"slow"};
  });
  const auto count_of = [&](event::Reason reason) {
    return app.services->counters[0].rejected[static_cast<std::size_t>(reason)].load();
  };
  SUBCASE("by others") {
    app.fill_queue();
    const Answer answer = app.post("/event?n=last");
    CHECK(answer.status == 503);
    CHECK(answer.reply.retry_after_seconds > 0);
    CHECK(answer.text == "the event log is full: try again later\n");
    CHECK(count_of(event::Reason::log_full) == 1);
    return;
  }
  Answer answer = app.post("/event?n=0");
  for (int i = 1; i < 100'000 && answer.status == 200; ++i) answer = app.post("/event?n=" + std::to_string(i));
  CHECK(answer.status == 503);
  CHECK(answer.reply.retry_after_seconds > 0);
  CHECK(answer.text == "the event log is full, and most of it is yours: try again later, when the scrapers have it\n");
  CHECK(count_of(event::Reason::over_share) == 1);
}

TEST_CASE("a reason of the client's has a status of 4xx, one of the server's 503 or 504") {
  for (int i = 0; i < event::reason_count; ++i) {
    const auto reason = static_cast<event::Reason>(i);
    const bool is_servers = reason == event::Reason::log_full || reason == event::Reason::over_share ||
                            reason == event::Reason::unable_to_store || reason == event::Reason::unavailable ||
                            reason == event::Reason::unknown_outcome;
    CHECK(status_of(reason) / 100 == (is_servers ? 5 : 4));
  }
}

TEST_CASE("the headers that a POST goes by are found in any case and order, the first of each") {
  const std::vector<http::Header> headers = {{"Host", "h"},
                                             {"content-TYPE", "text/plain; charset=utf-8"},
                                             {"Content-Type", "application/json"},
                                             {"Content-Length", "0"},
                                             {"Idempotency-Key", "\"k\""},
                                             {"EVENT-TIME", "12"},
                                             {"ce-SpecVersion", "1.0"},
                                             {"Content-Encoding", "gzip"},
                                             {"Accept-Encodinh", "x"}};
  const PostHeaders found = read_post_headers(headers);
  CHECK(found.content_type == "text/plain; charset=utf-8");
  CHECK(found.contradicted == "Content-Type");
  CHECK(found.idempotency_key == "\"k\"");
  CHECK(found.event_time == "12");
  CHECK(found.ce_specversion == "1.0");
  CHECK(found.content_encoding == "gzip");
  CHECK(read_post_headers({}).content_type.data() == nullptr);
  const std::vector<http::Header> plain = {{"Content-Encoding", "Identity"}, {"Event-Time", ""}};
  CHECK(read_post_headers(plain).content_encoding.data() == nullptr);
  CHECK(read_post_headers(plain).event_time.data() != nullptr);  // there, though empty
}

TEST_CASE("the media type of a body is told by its name alone") {
  CHECK(media_type_of("application/x-www-form-urlencoded") == MediaType::form);
  CHECK(media_type_of("Application/X-WWW-Form-Urlencoded ; charset=latin1") == MediaType::form);
  CHECK(media_type_of("application/json;charset=utf-8") == MediaType::json);
  CHECK(media_type_of("application/x-ndjson") == MediaType::ndjson);
  CHECK(media_type_of("application/cloudevents+json") == MediaType::cloudevents);
  CHECK(media_type_of("application/cloudevents-batch+json") == MediaType::cloudevents_batch);
  CHECK(media_type_of("multipart/form-data; boundary=x") == MediaType::multipart);
  CHECK(media_type_of("text/plain") == MediaType::text);
  CHECK(media_type_of("application/xml") == MediaType::other);
  CHECK(media_type_of("application/jsonp") == MediaType::other);
  CHECK(media_type_of("") == MediaType::none);
  CHECK(media_type_of(" ; charset=utf-8") == MediaType::none);
}

TEST_CASE("in the steady state an event goes from its bytes into the log without a heap allocation or a lock") {
  App app;
  http::Parser parser;
  const std::string bytes =
      "POST "
      "/event?type=deploy&service=a+service+with+a+name+longer+than+any+small+string&value=42.5&a+name+with+blanks=x"
      "&time=2026-11-26T10:30:00+01:00 HTTP/1.1\r\n"
      "Host: localhost:8090\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";
  const auto post_often = [&](int times) {
    for (int i = 0; i < times; ++i, parser.next()) {
      if (parser.feed(bytes).progress != http::Progress::complete) return false;
      const http::Answer answer = app.router->handle(parser.request(), app.waiting);
      const auto* const reply = std::get_if<http::Reply>(&answer);  // at once, not in a coroutine
      if (reply == nullptr || reply->status != 200) return false;
    }
    return true;
  };
  REQUIRE(post_often(50));  // buffers grow to their size
  const std::uint64_t allocated_before = test::allocations();
  const std::uint64_t locked_before = test::locks();
  const bool all_taken = post_often(500);
  const std::uint64_t allocated = test::allocations() - allocated_before;
  const std::uint64_t locked = test::locks() - locked_before;
  CHECK(all_taken);
  CHECK(allocated == 0);
  CHECK(locked == 0);

  std::mutex mutex;
  { const std::lock_guard lock(mutex); }
  CHECK((test::locks() > locked_before + locked || !test::counts_locks()));  // it would have been seen
}

}  // namespace
}  // namespace oneshot::app
