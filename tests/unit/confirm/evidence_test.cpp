// SPDX-License-Identifier: MIT
// The answers are recorded ones: Prometheus 2.42.0 and VictoriaMetrics 1.79.5, some shortened to fewer samples.
#include "confirm/evidence.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)

namespace {

const std::string prometheus_markers =
    R"json({"status":"success","data":{"resultType":"matrix",)json"
    R"json("result":[{"metric":{"__name__":"oneshot_batch","instance":"127.0.0.1:18099","job":"events",)json"
    R"json("scraper":"prom-a"},"values":[[1795671043.414,"1764135000014"],[1795671044.414,)json"
    R"json("1764135000016"],[1795671045.414,"1764135000018"]]}]}})json";
const std::string prometheus_nothing = R"json({"status":"success","data":{"resultType":"matrix","result":[]}})json";
const std::string prometheus_count =
    R"json({"status":"success","data":{"resultType":"vector","result":[{"metric":{},)json"
    R"json("value":[1795671079.608,"3"]}]}})json";
const std::string prometheus_error =
    R"json({"status":"error","errorType":"bad_data",)json"
    R"json("error":"invalid parameter \"query\": 1:3: parse error: unclosed left parenthesis"})json";
const std::string prometheus_targets =
    R"json({"status":"success","data":{"activeTargets":[{"discoveredLabels":{"__address__":"127.0.0.1:1809)json"
    R"json(9","job":"events"},"labels":{"instance":"127.0.0.1:18099","job":"events"},)json"
    R"json("scrapePool":"events","scrapeUrl":"http://127.0.0.1:18099/metrics?scraper=prom-a",)json"
    R"json("globalUrl":"http://vm:18099/metrics?scraper=prom-a","lastError":"",)json"
    R"json("lastScrape":"2026-11-26T05:30:45.414181223Z","lastScrapeDuration":0.002039255,"health":"up",)json"
    R"json("scrapeInterval":"1s","scrapeTimeout":"900ms"},)json"
    R"json({"discoveredLabels":{"__address__":"127.0.0.1:18099","job":"limited"},)json"
    R"json("labels":{"instance":"127.0.0.1:18099","job":"limited"},"scrapePool":"limited",)json"
    R"json("scrapeUrl":"http://127.0.0.1:18099/metrics","globalUrl":"http://vm:18099/metrics",)json"
    R"json("lastError":"label_limit exceeded (metric: oneshot_batch, number of labels: 4, limit: 1)",)json"
    R"json("lastScrape":"2026-11-26T05:30:45.135845802Z","lastScrapeDuration":0.002031089,"health":"down",)json"
    R"json("scrapeInterval":"1s","scrapeTimeout":"900ms"}],"droppedTargets":[]}})json";
const std::string victoria_targets =
    R"json({"status":"success","data":{"activeTargets":[{"discoveredLabels":{"__address__":"127.0.0.1:1809)json"
    R"json(9","job":"events"},"labels":{"instance":"127.0.0.1:18099","job":"events"},)json"
    R"json("scrapePool":"events","scrapeUrl":"http://127.0.0.1:18099/metrics?scraper=prom-a",)json"
    R"json("lastError":"","lastScrape":"2026-11-26T05:31:20.608Z","lastScrapeDuration":0.001,)json"
    R"json("lastSamplesScraped":4,"health":"up"}],"droppedTargets":[]}})json";
const std::string victoria_markers =
    R"({"metric":{"__name__":"oneshot_batch","job":"events","instance":"127.0.0.1:18099","scraper":"prom-a"},)"
    R"("values":[1764135000052,1764135000056],"timestamps":[1795671061608,1795671062608]})"
    "\n"
    R"({"metric":{"__name__":"oneshot_batch","job":"limited","instance":"127.0.0.1:18099","scraper":"prom-a"},)"
    R"("values":[1764135000051],"timestamps":[1795671061455]})"
    "\n\n";

}  // namespace

TEST_CASE("raw samples of Prometheus") {
  const auto samples = parse_query(prometheus_markers);
  REQUIRE(samples.has_value());
  CHECK(samples->complete);
  REQUIRE(samples->series.size() == 1);
  const Series& series = samples->series.front();
  CHECK(
      series.labels ==
      Labels{{"__name__", "oneshot_batch"}, {"instance", "127.0.0.1:18099"}, {"job", "events"}, {"scraper", "prom-a"}});
  REQUIRE(series.samples.size() == 3);
  CHECK(series.samples[0].unix_ms == 1795671043414);
  CHECK(series.samples[0].value == 1764135000014.0);  // exact: 13 digits
  CHECK(series.samples[2].value == 1764135000018.0);
}

TEST_CASE("nothing stored is an answer too") {
  const auto samples = parse_query(prometheus_nothing);
  REQUIRE(samples.has_value());
  CHECK(samples->series.empty());
  CHECK(samples->complete);
  REQUIRE(parse_export("").has_value());
  CHECK(parse_export("")->series.empty());
}

TEST_CASE("an instant vector has one sample a series") {
  const auto samples = parse_query(prometheus_count);
  REQUIRE(samples.has_value());
  REQUIRE(samples->series.size() == 1);
  REQUIRE(samples->series[0].samples.size() == 1);
  CHECK(samples->series[0].samples[0].value == 3);
}

TEST_CASE("raw samples of VictoriaMetrics: lines, labels in any order") {
  const auto samples = parse_export(victoria_markers);
  REQUIRE(samples.has_value());
  REQUIRE(samples->series.size() == 2);
  CHECK(samples->series[0].labels[1] == std::pair<std::string, std::string>{"instance", "127.0.0.1:18099"});
  REQUIRE(samples->series[0].samples.size() == 2);
  CHECK(samples->series[0].samples[1].unix_ms == 1795671062608);
  CHECK(samples->series[0].samples[1].value == 1764135000056.0);
  CHECK(*find_label(samples->series[1].labels, "job") == "limited");
}

TEST_CASE("a value that is no number is no sample") {
  const auto samples = parse_export(R"({"metric":{"__name__":"m"},"values":[null,2],"timestamps":[1000,2000]})");
  REQUIRE(samples.has_value());
  REQUIRE(samples->series[0].samples.size() == 1);
  CHECK(samples->series[0].samples[0].unix_ms == 2000);
}

TEST_CASE("an answer that says that it may lack something") {
  const auto thanos = parse_query(
      R"({"status":"success","data":{"resultType":"matrix","result":[]},"warnings":["No StoreAPIs matched"]})");
  REQUIRE(thanos.has_value());
  CHECK(!thanos->complete);
  const auto cluster =
      parse_query(R"({"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}})");
  REQUIRE(cluster.has_value());
  CHECK(!cluster->complete);
  const auto whole =
      parse_query(R"({"status":"success","isPartial":false,"data":{"resultType":"vector","result":[]},"warnings":[]})");
  REQUIRE(whole.has_value());
  CHECK(whole->complete);
}

TEST_CASE("what is no such answer is an error that shows its beginning") {
  for (const std::string& text :
       {std::string("<html>nginx</html>"), std::string(), std::string("{"), std::string("[]"), std::string("null"),
        prometheus_error, std::string(R"({"status":"success","data":{"result":[1]}})"),
        std::string(R"({"data":{"result":[{"metric":{},"values":[[1]]}]}})"),
        std::string(R"({"data":{"result":[{"metric":{},"values":[["a","b"]]}]}})"),
        std::string(R"({"data":{"result":[{"metric":{"a":1},"values":[]}]}})"),
        std::string(R"({"data":{"result":[{"metric":{},"values":[[1e300,"1"]]}]}})")}) {
    const auto samples = parse_query(text);
    REQUIRE_MESSAGE(!samples.has_value(), text);
    CHECK(samples.error().find("not understood") != std::string::npos);
  }
  CHECK(parse_query("<html>nginx").error().find("<html>nginx") != std::string::npos);
  for (const char* const text : {"cannot parse match[]", "{}", R"({"metric":{},"values":[1],"timestamps":[]})",
                                 R"({"metric":{},"values":[1],"timestamps":["a"]})"}) {
    REQUIRE_MESSAGE(!parse_export(text).has_value(), text);
  }
  CHECK(!parse_targets("{}").has_value());
  CHECK(!parse_targets("x").has_value());
}

TEST_CASE("targets, with the error of the last scrape") {
  const auto targets = parse_targets(prometheus_targets);
  REQUIRE(targets.has_value());
  REQUIRE(targets->size() == 2);
  CHECK((*targets)[0].last_error.empty());
  CHECK((*targets)[1].labels == Labels{{"instance", "127.0.0.1:18099"}, {"job", "limited"}});
  CHECK((*targets)[1].last_error == "label_limit exceeded (metric: oneshot_batch, number of labels: 4, limit: 1)");
  const auto victoria = parse_targets(victoria_targets);
  REQUIRE(victoria.has_value());
  CHECK(victoria->size() == 1);
}

TEST_CASE("when the API's process started") {
  CHECK(process_start_seconds("a 1\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds "
                              "1.79567106e+09\nb 2\n") == 1795671060.0);
  CHECK(process_start_seconds("process_start_time_seconds 1795671061\n") == 1795671061.0);
  CHECK(!process_start_seconds("other_process_start_time_seconds 5\n"));
  CHECK(!process_start_seconds(""));
  CHECK(!process_start_seconds("process_start_time_seconds x\n"));
}
