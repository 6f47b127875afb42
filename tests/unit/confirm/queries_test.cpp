// SPDX-License-Identifier: MIT
#include "confirm/queries.hpp"

#include <doctest/doctest.h>

#include "base/percent.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using std::chrono::seconds;

namespace {
constexpr std::int64_t now = 1'795'671'043'414;
}

TEST_CASE("Prometheus is asked for raw samples by its own clock, and an hour ahead") {
  CHECK(samples_query(Kind::prometheus, marker_selector("prom-a"), {seconds(90), now, true}) ==
        "/api/v1/query?query=oneshot_batch%7Bscraper%3D%22prom-a%22%7D%5B3690s%5D%20offset%20-3600s");
  CHECK(samples_query(Kind::prometheus, "m", {seconds(90), now, false}) == "/api/v1/query?query=m%5B90s%5D");
}

TEST_CASE("VictoriaMetrics is asked for raw samples by times, with room for clocks that differ") {
  CHECK(samples_query(Kind::victoriametrics, "m", {seconds(100), now, true}) ==
        "/api/v1/export?match%5B%5D=m&start=1795670343.414&end=1795674643.414");
}

TEST_CASE("a time that ends before now") {
  CHECK(samples_query(Kind::prometheus, "m", {seconds(7200), now, true, seconds(3600)}) ==
        "/api/v1/query?query=m%5B3600s%5D%20offset%203600s");
  CHECK(samples_query(Kind::prometheus, "m", {seconds(7200), now, false, seconds(3600)}) ==
        "/api/v1/query?query=m%5B3600s%5D%20offset%203600s");
  CHECK(samples_query(Kind::victoriametrics, "m", {seconds(7200), now, true, seconds(3600)}) ==
        "/api/v1/export?match%5B%5D=m&start=1795663243.414&end=1795668043.414");
}

TEST_CASE("between two moments") {
  CHECK(samples_between_query(Kind::prometheus, "m", now - 999, now) ==
        "/api/v1/query?query=m%5B1000ms%5D&time=1795671043.414");
  CHECK(samples_between_query(Kind::victoriametrics, "m", now - 999, now) ==
        "/api/v1/export?match%5B%5D=m&start=1795671042.415&end=1795671043.414");
}

TEST_CASE("one moment") {
  CHECK(samples_between_query(Kind::prometheus, "m", now, now) == "/api/v1/query?query=m%5B1ms%5D&time=1795671043.414");
  CHECK(samples_between_query(Kind::victoriametrics, "m", now, now) ==
        "/api/v1/export?match%5B%5D=m&start=1795671043.414&end=1795671043.414");
  CHECK(
      count_at_query({"m", {}}, "", 1'795'671'043'004) ==
      "/api/v1/query?query=count%28timestamp%28m%7B%7D%29%20%3D%3D%201795671043.004%29&time=1795671043.004&nocache=1");
}

TEST_CASE("names and labels are quoted") {
  CHECK(marker_selector("a\"b\\c") == "oneshot_batch{scraper=\"a\\\"b\\\\c\"}");
  CHECK(selector_of_target("m", "job=\"j\"") == "m{job=\"j\"}");
}

TEST_CASE("the events of a batch that have several names") {
  const MetricNames names{"m", {"a", "b:c"}};
  CHECK(selector_of_target(names, "job=\"j\"") == "{__name__=~\"m|a|b:c\",job=\"j\"}");
  CHECK(selector_of_target(names, "") == "{__name__=~\"m|a|b:c\"}");
  CHECK(selector_of_target(MetricNames{"m", {}}, "job=\"j\"") == "m{job=\"j\"}");
  const std::string query = count_at_query({"m", {"a"}}, "job=\"j\"", 1'000);
  std::string promql;
  REQUIRE(oneshot::append_percent_decoded(promql, query.substr(0, query.find('&')), false));
  CHECK(promql ==
        "/api/v1/query?query=(count(timestamp(m{job=\"j\"}) == 1.000) or vector(0)) + "
        "(count(timestamp(a{job=\"j\"}) == 1.000) or vector(0))");
}

TEST_CASE("the count of an answer") {
  CHECK(counted({}) == 0);
  CHECK(counted({{Series{{}, {{now, 3}}}}}) == 3);
}
