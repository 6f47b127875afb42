// SPDX-License-Identifier: MIT
#include "app/ingest/limits/admit.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/app/allocation_count.hpp"
#include "unit/app/app_fixture.hpp"
#include "unit/app/lock_count.hpp"

namespace oneshot::app {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::App;

Answer post_from(App& app, std::string target, std::string peer, std::vector<http::Header> headers = {}) {
  return app.call({.method = http::Method::post,
                   .target = std::move(target),
                   .headers = std::move(headers),
                   .peer = std::move(peer)});
}

App limited(unsigned rate, unsigned burst) {
  return App([=](Options& options, queue::Options&) {
    options.rate_limit = rate;
    options.rate_burst = burst;
  });
}

App of_series(unsigned max) {
  return App([=](Options& options, queue::Options&) { options.max_series_per_hour = max; });
}

std::uint64_t rejected(const App& app, event::Reason reason) {
  return app.services->counters[0].rejected[static_cast<std::size_t>(reason)].load();
}

TEST_CASE("a sender that runs away is refused with 429 and told when to come again, others are not") {
  App app = limited(10, 3);
  for (int i = 0; i < 3; ++i) CHECK(post_from(app, "/event?type=x", "10.0.0.7").status == 200);
  const Answer answer = post_from(app, "/event?type=x", "10.0.0.7");
  CHECK(answer.status == 429);
  CHECK(answer.reply.retry_after_seconds == 1);
  CHECK(answer.text ==
        "this client sends more than 10 events per second (events.rate_limit; 3 at once): try again in 1 s\n");
  CHECK(rejected(app, event::Reason::rate_limited) == 1);
  CHECK(post_from(app, "/event?type=x", "10.0.0.8").status == 200);
  app.clock.advance(100ms);
  CHECK(post_from(app, "/event?type=x", "10.0.0.7").status == 200);
  CHECK(post_from(app, "/event?type=x", "10.0.0.7").status == 429);
  CHECK(app.services->counters[0].accepted.load() == 5);
}

TEST_CASE("whoever can choose among the addresses of an IPv6 /64 is one sender") {
  App app = limited(1, 1);
  CHECK(post_from(app, "/event?type=x", "2001:db8::1").status == 200);
  CHECK(post_from(app, "/event?type=x", "2001:db8::ffff:2").status == 429);
  CHECK(post_from(app, "/event?type=x", "2001:db8:0:1::1").status == 200);
  CHECK(post_from(app, "/event?type=x", "::ffff:10.0.0.7").status == 200);
  CHECK(post_from(app, "/event?type=x", "10.0.0.7").status == 429);
}

TEST_CASE("behind a trusted proxy the sender is who the proxy says, behind another one the proxy") {
  App app([](Options& options, queue::Options&) {
    options.rate_limit = options.rate_burst = 1;
    options.trusted_proxies = networks({"127.0.0.1"});
  });
  const auto via = [&](std::string peer, std::string_view forwarded) {
    return post_from(app, "/event?type=x", std::move(peer), {{"X-Forwarded-For", forwarded}}).status;
  };
  CHECK(via("127.0.0.1", "192.0.2.1") == 200);
  CHECK(via("127.0.0.1", "192.0.2.1") == 429);
  CHECK(via("127.0.0.1", "192.0.2.2") == 200);
  CHECK(via("10.0.0.7", "192.0.2.3") == 200);
  CHECK(via("10.0.0.7", "192.0.2.4") == 429);
}

TEST_CASE("what is refused for itself costs no token") {
  App app = limited(1, 1);
  for (int i = 0; i < 10; ++i) CHECK(post_from(app, "/event?a-b=1", "10.0.0.7").status == 400);
  CHECK(post_from(app, "/event?type=x", "10.0.0.7").status == 200);
}

TEST_CASE("new series beyond the limit are refused with 429 and the label named, known ones go on") {
  App app = of_series(100);
  for (int i = 0; i < 100; ++i)
    REQUIRE(app.post("/event?type=deploy&commit=" + std::to_string(i) + "&host=" + std::to_string(i % 3)).status ==
            200);
  const Answer answer = app.post("/event?type=deploy&commit=new&host=1");
  CHECK(answer.status == 429);
  CHECK(
      answer.text.starts_with("more than 100 different series within an hour (events.max_series_per_hour): "
                              "label \"commit\" has about "));
  CHECK(answer.reply.retry_after_seconds > 3000);
  CHECK(answer.reply.retry_after_seconds <= 3600);
  CHECK(rejected(app, event::Reason::too_many_series) == 1);
  CHECK(app.post("/event?type=deploy&commit=42&host=0").status == 200);
  app.clock.advance(1h);
  CHECK(app.post("/event?type=deploy&commit=new&host=1").status == 200);
}

TEST_CASE("names without end are called so, and a long name is cut") {
  App app = of_series(1);
  CHECK(app.post("/event?type=x").status == 200);
  for (int i = 0; i < 100; ++i) CHECK(app.post("/event?n" + std::to_string(i) + "=1").status == 429);
  CHECK(app.post("/event?n100=1").text.ends_with("there are too many label names\n"));
  App other = of_series(1);
  CHECK(other.post("/event?type=x").status == 200);
  CHECK(other.post("/event?" + std::string(5000, 'n') + "=1").text.size() < 300);
}

TEST_CASE("a batch is let in whole or not at all, and each of its events counts") {
  App app = limited(10, 100);
  Context context(*app.services, std::make_shared<const Options>(app.options), 0);
  const std::vector<event::Event> batch(60, event::Event{.labels = "type=\"x\""});
  const http::Request request;
  CHECK(admit(context, request, batch));
  const auto admitted = admit(context, request, batch);
  REQUIRE_FALSE(admitted);
  CHECK(admitted.error().reason == event::Reason::rate_limited);
  CHECK(admitted.error().retry_after_seconds == 2);
  CHECK(admit(context, request, std::span(batch).first(40)));
  CHECK_FALSE(admit(context, request, std::span(batch).first(1)));
}

TEST_CASE("a batch that is posted is let in whole or not at all, a partial one as far as it may") {
  const auto post = [](App& app, std::string target, std::string body) {
    return app.call({.method = http::Method::post,
                     .target = std::move(target),
                     .headers = {{"Content-Type", "application/x-ndjson"}},
                     .body = std::move(body)});
  };
  const std::string three = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n";
  App rate = limited(1, 4);
  CHECK(post(rate, "/events", three).status == 200);
  const Answer refused = post(rate, "/events", three);
  CHECK(refused.status == 429);
  CHECK(refused.reply.retry_after_seconds == 2);
  CHECK(rejected(rate, event::Reason::rate_limited) == 1);
  const std::string partly = post(rate, "/events?partial=1", three).text;
  CHECK(partly.starts_with(R"({"stored":1,"duplicates":0,"refused":2,"errors":[{"line":2,"status":429,"error":")"
                           "this client sends more than"));
  CHECK(rejected(rate, event::Reason::rate_limited) == 3);
  CHECK(rate.services->counters[0].accepted.load() == 4);

  App series = of_series(2);
  CHECK(post(series, "/events", three).status == 429);
  CHECK(
      post(series, "/events?partial=1", three + three).text.starts_with(R"({"stored":4,"duplicates":0,"refused":2,)"));
  CHECK(post(series, "/event?n=1", "").status == 200);
}

TEST_CASE("a limit that a reload takes away or brings counts from the next event on") {
  App app = limited(1, 1);
  REQUIRE(app.post("/event?type=x").status == 200);
  REQUIRE(app.post("/event?type=x").status == 429);
  app.options.rate_limit = 0;
  app.router->use(std::make_shared<const Options>(app.options));
  for (int i = 0; i < 100; ++i) CHECK(app.post("/event?n=" + std::to_string(i)).status == 200);
  app.options.max_series_per_hour = 1;
  app.router->use(std::make_shared<const Options>(app.options));
  CHECK(app.post("/event?n=1").status == 200);
  CHECK(app.post("/event?n=2").status == 429);
}

TEST_CASE("with both limits an event of a known series takes one lock and no memory") {
  App app([](Options& options, queue::Options&) {
    options.rate_limit = 1'000'000;
    options.rate_burst = 1'000'000;
    options.max_series_per_hour = 10;
  });
  Context context(*app.services, std::make_shared<const Options>(app.options), 0);
  const event::Event event{.labels = "type=\"x\""};
  const http::Request request;
  REQUIRE(admit(context, request, {&event, 1}));
  const std::uint64_t allocated_before = test::allocations();
  const std::uint64_t locked_before = test::locks();
  bool all = true;
  for (int i = 0; i < 500; ++i) all &= admit(context, request, {&event, 1}).has_value();
  const std::uint64_t allocated = test::allocations() - allocated_before;
  const std::uint64_t locked = test::locks() - locked_before;
  CHECK(all);
  CHECK(allocated == 0);
  CHECK(locked == (test::counts_locks() ? 500 : 0));
}

}  // namespace
}  // namespace oneshot::app
