// SPDX-License-Identifier: MIT
#include "app/own_metrics/cluster_metrics.hpp"

#include <doctest/doctest.h>

#include <string>

#include "exposition/openmetrics_format.hpp"
#include "exposition/text_format.hpp"
#include "support/exposition_parser.hpp"

namespace oneshot::app {
namespace {

std::string text_in(const exposition::Format& format) {
  queue::ClusterStatistics cluster;
  cluster.replica = "a";
  cluster.version = "0.1";
  cluster.engine = {.is_connected = true, .node = "n1:4222", .version = "2.10.27", .tail_restarts = 3};
  cluster.replicas.resize(2);
  cluster.lag_seconds = 0.25;
  cluster.appends = 4;
  cluster.append_seconds = 0.5;
  cluster.takeovers_delivered = 5;
  cluster.takeovers_timed_out = 6;
  std::string text;
  exposition::Writer writer(text, format);
  append_cluster(writer, cluster);
  return text;
}

TEST_CASE("a replica tells of its cluster in a text that Prometheus takes") {
  const std::string text = text_in(exposition::text_format());
  REQUIRE(oneshot::test::parse_exposition(text).has_value());
  const auto has = [&](const std::string& line) {
    CHECK_MESSAGE(text.find('\n' + line + '\n') != std::string::npos, line << " is not in\n" << text);
  };
  has(R"(oneshot_cluster_info{replica="a",engine="2.10.27",version="0.1"} 1)");
  has("oneshot_cluster_replicas 2");
  has("oneshot_cluster_lag_seconds 0.25");
  has("# TYPE oneshot_cluster_append_seconds summary");
  has("oneshot_cluster_append_seconds_sum 0.5");
  has("oneshot_cluster_append_seconds_count 4");
  has(R"(oneshot_cluster_takeovers_total{outcome="delivered"} 5)");
  has(R"(oneshot_cluster_takeovers_total{outcome="timed_out"} 6)");
  has("oneshot_cluster_tail_restarts_total 3");
}

TEST_CASE("in OpenMetrics the time of appends is a summary, too") {
  const std::string text = text_in(exposition::openmetrics_format());
  CHECK(text.find("# TYPE oneshot_cluster_append_seconds summary\n"
                  "oneshot_cluster_append_seconds_sum 0.5\n"
                  "oneshot_cluster_append_seconds_count 4\n") != std::string::npos);
}

}  // namespace
}  // namespace oneshot::app
