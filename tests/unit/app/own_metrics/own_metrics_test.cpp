// SPDX-License-Identifier: MIT
#include "app/own_metrics/own_metrics.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "base/version.hpp"
#include "exposition/text_format.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using test::value_of;

/// The samples of everything but process_*, which no test knows.
std::string samples_without_process(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n') + 1);
    text.remove_prefix(line.size());
    if (!line.starts_with('#') && !line.starts_with("process_")) kept += line;
  }
  return kept;
}

TEST_CASE("every metric, reason, code and known scraper is there from the start") {
  App app([](Options&, queue::Options& queue) { queue.names = {"prom-a"}; });
  http::Statistics statistics;
  statistics.connections = 2;
  statistics.count_evicted(false, 3);
  statistics.count_evicted(true, 4);
  statistics.count_response(404);
  app.services->http_statistics = {&statistics};
  std::string text;
  append_own_metrics(text, exposition::text_format(), *app.services, ThisScrape{.scraper = "prom-a"});
  REQUIRE(oneshot::test::parse_exposition(text).has_value());
  std::string expected = R"(events_to_metrics_event_count 0
events_to_metrics_scraper_counts{scraper="prom-a"} 0
oneshot_events_accepted_total 0
oneshot_events_duplicate_total 0
oneshot_events_rejected_total{reason="bad_label_name"} 0
oneshot_events_rejected_total{reason="bad_value"} 0
oneshot_events_rejected_total{reason="bad_utf8"} 0
oneshot_events_rejected_total{reason="bad_encoding"} 0
oneshot_events_rejected_total{reason="duplicate_label"} 0
oneshot_events_rejected_total{reason="too_large"} 0
oneshot_events_rejected_total{reason="bad_content_type"} 0
oneshot_events_rejected_total{reason="log_full"} 0
oneshot_events_rejected_total{reason="unable_to_store"} 0
oneshot_events_rejected_total{reason="bad_parameter"} 0
oneshot_events_rejected_total{reason="no_labels"} 0
oneshot_events_rejected_total{reason="bad_body"} 0
oneshot_events_rejected_total{reason="bad_time"} 0
oneshot_events_rejected_total{reason="over_limit"} 0
oneshot_events_rejected_total{reason="unknown_metric"} 0
oneshot_events_rejected_total{reason="bad_key"} 0
oneshot_events_rejected_total{reason="key_reused"} 0
oneshot_events_rejected_total{reason="key_in_flight"} 0
oneshot_events_rejected_total{reason="rate_limited"} 0
oneshot_events_rejected_total{reason="too_many_series"} 0
oneshot_events_rejected_total{reason="ahead_of_clock"} 0
oneshot_events_rejected_total{reason="over_share"} 0
oneshot_events_rejected_total{reason="unauthorized"} 0
oneshot_events_rejected_total{reason="forbidden"} 0
oneshot_events_rejected_total{reason="unavailable"} 0
oneshot_events_rejected_total{reason="unknown_outcome"} 0
oneshot_auth_failures_total{reason="missing"} 0
oneshot_auth_failures_total{reason="wrong"} 0
oneshot_auth_failures_total{reason="forbidden"} 0
oneshot_events_waiting{scraper="prom-a"} 0
oneshot_events_in_flight{scraper="prom-a"} 0
oneshot_events_delivered_total{scraper="prom-a"} 0
oneshot_events_redelivered_total{scraper="prom-a"} 0
oneshot_events_given_up_total{scraper="prom-a"} 0
oneshot_events_replayed_total{scraper="prom-a"} 0
oneshot_batches_total{scraper="prom-a",outcome="delivered"} 0
oneshot_batches_total{scraper="prom-a",outcome="truncated"} 0
oneshot_batches_total{scraper="prom-a",outcome="unconfirmed"} 0
oneshot_batches_total{scraper="prom-a",outcome="timed_out"} 0
oneshot_batches_total{scraper="prom-a",outcome="refused"} 0
oneshot_batches_total{scraper="prom-a",outcome="superseded"} 0
oneshot_batches_total{scraper="prom-a",outcome="withdrawn"} 0
oneshot_events_dropped_total{scraper="prom-a",reason="full"} 0
oneshot_events_dropped_total{scraper="prom-a",reason="damaged"} 0
oneshot_events_dropped_total{scraper="prom-a",reason="refused"} 0
oneshot_events_dropped_total{scraper="prom-a",reason="skipped"} 0
oneshot_events_dropped_total{scraper="prom-a",reason="forgotten"} 0
oneshot_events_unclaimed_total 0
oneshot_oldest_waiting_seconds{scraper="prom-a"} 0
oneshot_scraper_last_scrape_timestamp_seconds{scraper="prom-a"} 0
oneshot_scraper_shared{scraper="prom-a"} 0
oneshot_scrapers 1
oneshot_scrapes_refused_total{reason="bad_query"} 0
oneshot_scrapes_refused_total{reason="not_allowed"} 0
oneshot_scrapes_refused_total{reason="too_many_scrapers"} 0
oneshot_scrapes_refused_total{reason="too_many_of_address"} 0
oneshot_scrapers_displaced_total 0
oneshot_scrapers_max 65
oneshot_event_log_used_bytes 0
oneshot_event_log_capacity_bytes 1048576
oneshot_event_log_sender_share_ratio 0
oneshot_event_log_type_share_ratio 0
oneshot_leases_ended_total 0
oneshot_event_log_in_file 0
oneshot_event_log_failed 0
oneshot_event_log_flushes_total 0
oneshot_event_log_flush_seconds_total 0
oneshot_event_series 0
oneshot_event_series_max 0
oneshot_connections 2
oneshot_connections_evicted_total{reason="full"} 3
oneshot_connections_evicted_total{reason="peer"} 4
oneshot_http_responses_total{code="200"} 0
oneshot_http_responses_total{code="302"} 0
oneshot_http_responses_total{code="304"} 0
oneshot_http_responses_total{code="400"} 0
oneshot_http_responses_total{code="401"} 0
oneshot_http_responses_total{code="403"} 0
oneshot_http_responses_total{code="404"} 1
oneshot_http_responses_total{code="405"} 0
oneshot_http_responses_total{code="408"} 0
oneshot_http_responses_total{code="409"} 0
oneshot_http_responses_total{code="413"} 0
oneshot_http_responses_total{code="414"} 0
oneshot_http_responses_total{code="415"} 0
oneshot_http_responses_total{code="417"} 0
oneshot_http_responses_total{code="422"} 0
oneshot_http_responses_total{code="429"} 0
oneshot_http_responses_total{code="431"} 0
oneshot_http_responses_total{code="500"} 0
oneshot_http_responses_total{code="501"} 0
oneshot_http_responses_total{code="503"} 0
oneshot_http_responses_total{code="504"} 0
oneshot_http_responses_total{code="505"} 0
)";
  expected +=
      "oneshot_build_info{version=\"" + std::string(version()) + "\",compiler=\"" + std::string(compiler()) + "\"} 1\n";
  expected +=
      "oneshot_memory_bytes 0\noneshot_memory_max_bytes 268435456\noneshot_memory_refused_total 0\n"
      "oneshot_replies_reset_total 0\n";
  expected +=
      "oneshot_config_last_reload_successful 1\n"
      "oneshot_config_last_reload_success_timestamp_seconds 1.7e+09\n"
      "oneshot_web_config_last_reload_successful 1\noneshot_tls_certificate_expiry_timestamp_seconds 0\n"
      "oneshot_tls_connections 0\noneshot_tls_handshake_errors_total 0\n";
  CHECK(samples_without_process(text) == expected);
}

TEST_CASE("the numbers of a scrape are those after its batch was taken; the legacy gauge shows what waited before") {
  App app;
  app.scrape("/metrics?scraper=a");
  app.scrape("/metrics?scraper=b");
  app.event("n=1");
  app.event("n=2");
  app.clock.advance(std::chrono::milliseconds(1500));
  app.post("/event?a-b=1");
  const Answer answer = app.get("/metrics?scraper=a");
  CHECK(value_of(answer, "events_to_metrics_event_count") == 2);
  CHECK(value_of(answer, "oneshot_events_accepted_total") == 2);
  CHECK(value_of(answer, "oneshot_events_rejected_total", {{"reason", "bad_label_name"}}) == 1);
  CHECK(value_of(answer, "events_to_metrics_scraper_counts", {{"scraper", "a"}}) == 2);
  CHECK(value_of(answer, "events_to_metrics_scraper_counts", {{"scraper", "b"}}) == 2);
  CHECK(value_of(answer, "oneshot_events_waiting", {{"scraper", "a"}}) == 0);
  CHECK(value_of(answer, "oneshot_events_waiting", {{"scraper", "b"}}) == 2);
  CHECK(value_of(answer, "oneshot_events_in_flight", {{"scraper", "a"}}) == 2);
  CHECK(value_of(answer, "oneshot_events_in_flight", {{"scraper", "b"}}) == 0);
  CHECK(value_of(answer, "oneshot_oldest_waiting_seconds", {{"scraper", "b"}}) == 1.5);
  CHECK(value_of(answer, "oneshot_scraper_last_scrape_timestamp_seconds", {{"scraper", "a"}}) ==
        static_cast<double>(app.clock.unix_ms()) / 1000);
}

TEST_CASE("series are counted for an hour, where there is a limit") {
  App app([](Options& options, queue::Options&) { options.max_series_per_hour = 3; });
  for (const char* query : {"n=1", "n=2", "n=1", "n=3"}) app.event(query);
  REQUIRE(app.post("/event?n=4").status == 429);
  CHECK(value_of(app.get("/metrics?scraper=a"), "oneshot_event_series") == 3);
  CHECK(value_of(app.get("/metrics?scraper=a"), "oneshot_event_series_max") == 3);
  CHECK(value_of(app.get("/metrics?scraper=a"), "oneshot_events_rejected_total", {{"reason", "too_many_series"}}) == 1);
  app.clock.advance(std::chrono::hours(1));
  CHECK(value_of(app.get("/metrics?scraper=a"), "oneshot_event_series") == 0);
  App unlimited;
  unlimited.event("n=1");
  CHECK(value_of(unlimited.get("/metrics?scraper=a"), "oneshot_event_series") == 0);
  CHECK(value_of(unlimited.get("/metrics?scraper=a"), "oneshot_event_series_max") == 0);
}

TEST_CASE("what a forgotten scraper lost stays counted, also when it comes back") {
  App app([](Options&, queue::Options& queue) { queue.startup_hold = std::chrono::milliseconds(0); });
  app.scrape("/metrics?scraper=a");
  app.clock.advance(std::chrono::seconds(1));
  app.scrape("/metrics?scraper=a");  // of a stranger nobody misses anything
  app.event("n=1");
  app.clock.advance(std::chrono::hours(2));
  app.queue->tick();
  const Answer other = app.scrape("/metrics?scraper=b");
  CHECK(value_of(other, "oneshot_events_dropped_total", {{"scraper", "a"}, {"reason", "forgotten"}}) == 1);
  CHECK(value_of(other, "oneshot_scrapers") == 1);
  const Answer back = app.scrape("/metrics?scraper=a");
  CHECK(value_of(back, "oneshot_events_dropped_total", {{"scraper", "a"}, {"reason", "forgotten"}}) == 1);
}

}  // namespace
}  // namespace oneshot::app
