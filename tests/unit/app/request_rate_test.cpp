// SPDX-License-Identifier: MIT
// rate_limit of the web config: the bucket, and what the router lets in by it.
#include "base/token_bucket.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using http::Method;
using std::chrono::milliseconds;
using test::App;

const SteadyTime start{std::chrono::hours(1)};

TEST_CASE("as many as the burst get in at once, then one more after each interval") {
  const TokenRate rate{milliseconds(100), 3};
  TokenBucket bucket;
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(rate, start));
  CHECK_FALSE(bucket.take(rate, start));
  CHECK_FALSE(bucket.take(rate, start + milliseconds(99)));
  CHECK(bucket.take(rate, start + milliseconds(100)));
  CHECK_FALSE(bucket.take(rate, start + milliseconds(199)));
  CHECK(bucket.take(rate, start + milliseconds(200)));
}

TEST_CASE("after a rest it is full and no fuller, and a refusal takes nothing") {
  const TokenRate rate{milliseconds(100), 2};
  TokenBucket bucket;
  for (int i = 0; i < 2; ++i) REQUIRE(bucket.take(rate, start));
  for (int i = 0; i < 1000; ++i) REQUIRE_FALSE(bucket.take(rate, start));
  CHECK(bucket.take(rate, start + milliseconds(100)));
  const SteadyTime later = start + std::chrono::hours(10);
  for (int i = 0; i < 2; ++i) CHECK(bucket.take(rate, later));
  CHECK_FALSE(bucket.take(rate, later));
}

TEST_CASE("another rate counts at once") {
  TokenBucket bucket;
  REQUIRE(bucket.take({std::chrono::hours(1), 1}, start));
  CHECK_FALSE(bucket.take({std::chrono::hours(1), 1}, start));
  CHECK(bucket.take({std::chrono::hours(1), 2}, start));
}

App limited_to(std::int64_t burst) {
  return App([burst](Options& options, queue::Options&) { options.requests = {std::chrono::hours(1), burst}; });
}

TEST_CASE("whatever is asked takes a token, but probes do not, and are never refused") {
  struct Row {
    Method method;
    std::string target;
  };
  const std::vector<Row> all{{Method::get, "/"},         {Method::get, "/metrics"},  {Method::get, "/metrics?peek=1"},
                             {Method::head, "/metrics"}, {Method::post, "/event?a"}, {Method::post, "/events"},
                             {Method::get, "/nothing"},  {Method::del, "/metrics"},  {Method::options, "/event"},
                             {Method::options, "*"},     {Method::get, "/hook"},     {Method::post, "/hook/none"}};
  for (const Row& row : all) {
    CAPTURE(row.target);
    App app = limited_to(1);
    for (const char* const probe : {"/healthz", "/readyz", "/-/healthy", "/-/ready"})
      for (int i = 0; i < 3; ++i) CHECK(app.get(probe).status == 200);
    CHECK(app.call({.method = row.method, .target = row.target}).status != 429);
    const test::Answer refused = app.call({.method = row.method, .target = row.target});
    CHECK(refused.status == 429);
    CHECK(refused.reply.retry_after_seconds == 1);
    CHECK(refused.text == "too many requests: the web config's rate_limit lets no more in\n");
    CHECK(app.get("/healthz").status == 200);
    app.clock.advance(std::chrono::hours(1));
    CHECK(app.call({.method = row.method, .target = row.target}).status != 429);
  }
}

TEST_CASE("without an interval nothing is limited") {
  App app;
  for (int i = 0; i < 100; ++i) CHECK(app.get("/").status == 200);
}

}  // namespace
}  // namespace oneshot::app
