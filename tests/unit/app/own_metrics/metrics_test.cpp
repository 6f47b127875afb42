// SPDX-License-Identifier: MIT
// Metrics that clients name in the path: POST /event/NAME, and the families of the exposition.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using event::Repeats;
using test::Answer;
using test::App;
using test::value_of;

void two_metrics(Options& options) {
  options.metrics = {{"web", {.help = "Web \"things\".", .repeats = {}, .counter_labels = {}}},
                     {"deploys", {.help = {}, .repeats = Repeats::last, .counter_labels = {}}}};
}

std::unique_ptr<App> app_with(bool timestamps) {
  auto app = std::make_unique<App>([=](Options& options, queue::Options& queue) {
    two_metrics(options);
    queue.explicit_timestamps = timestamps;
  });
  app->scrape("/metrics?scraper=a");
  return app;
}

void event_of(App& app, const std::string& path_and_query) {
  const Answer answer = app.post("/event/" + path_and_query);
  INFO(answer.text);
  REQUIRE(answer.status == 200);
}

/// Puts options into effect as a reload does.
void reload(App& app, const std::function<void(Options&)>& change) {
  change(app.options);
  app.router->use(std::make_shared<const Options>(app.options));
}

/// The families of events that an exposition has, in its order, each with its number of samples.
std::vector<std::string> families(const Answer& answer) {
  std::vector<std::string> all;
  for (const auto& family : test::parse(answer).families) {
    if (family.name.starts_with("oneshot_") || family.name.starts_with("process_") ||
        family.name.starts_with("events_to_metrics_"))
      continue;
    CHECK(family.type == "gauge");
    REQUIRE(family.help.has_value());
    all.push_back(family.name + ' ' + std::to_string(family.samples.size()));
  }
  return all;
}

using Families = std::vector<std::string>;

Answer openmetrics(App& app) {
  Answer answer = app.call({.target = "/metrics?scraper=a", .headers = {{"Accept", "application/openmetrics-text"}}});
  test::read_source(answer);
  test::deliver(answer);
  return answer;
}

/// What stands behind the first family of events up to the marker.
std::string events_part(const Answer& answer) {
  const std::size_t begin = answer.text.find("# HELP web ");
  return answer.text.substr(begin, answer.text.find("# HELP oneshot_batch ") - begin);
}

TEST_CASE("a metric is named in the path, and no other than those of the config") {
  const auto owner = app_with(false);
  App& app = *owner;
  event_of(app, "deploys?a=1");
  event_of(app, "events_to_metrics?a=1");  // the default one has a name too
  app.event("a=1");
  const Answer refused = app.post("/event/depolys?a=1");
  CHECK(refused.status == 404);
  CHECK(refused.text == "there is no metric \"depolys\"; [metrics] has: web, deploys\n");
  CHECK(app.post("/event/a/b?a=1").text == "there is no metric \"a/b\"; [metrics] has: web, deploys\n");
  CHECK(app.get("/event/deploys").status == 405);
  const Answer answer = app.scrape("/metrics?scraper=a");
  CHECK(value_of(answer, "deploys", {{"a", "1"}}) == 1);
  CHECK(value_of(answer, "events_to_metrics", {{"a", "1"}}) == 2);
  CHECK(value_of(answer, "oneshot_events_rejected_total", {{"reason", "unknown_metric"}}) == 2);
}

TEST_CASE("a batch names its metric in the path, too") {
  const auto owner = app_with(false);
  App& app = *owner;
  const auto post = [&app](const char* target) {
    return app.call({.method = http::Method::post,
                     .target = target,
                     .headers = {{"Content-Type", "application/json"}},
                     .body = R"([{"n":"1"},{"n":"2"}])"});
  };
  CHECK(post("/events/web").status == 200);
  CHECK(post("/events").status == 200);
  CHECK(post("/events/x").text == "there is no metric \"x\"; [metrics] has: web, deploys\n");
  CHECK(families(app.scrape("/metrics?scraper=a")) == Families{"web 2", "deploys 0", "events_to_metrics 2"});
}

TEST_CASE("without [metrics] the config has none") {
  App app;
  CHECK(app.post("/event/x?a=1").text == "there is no metric \"x\"; the config has no [metrics.x]\n");
}

TEST_CASE("families go out in the order of the config, the default last, each with HELP and TYPE") {
  for (const bool timestamps : {false, true}) {
    CAPTURE(timestamps);
    const auto owner = app_with(timestamps);
    App& app = *owner;
    CHECK(families(app.scrape("/metrics?scraper=a")) == Families{"web 0", "deploys 0", "events_to_metrics 0"});
    app.event("n=1");
    CHECK(families(app.scrape("/metrics?scraper=a")) == Families{"web 0", "deploys 0", "events_to_metrics 1"});
    for (const char* one : {"deploys?n=1", "web?n=1", "deploys?n=2", "web?n=1"}) {
      event_of(app, one);
      app.event("n=1");
    }
    app.clock.advance(std::chrono::seconds(1));  // so that no time is ahead
    const Answer answer = app.scrape("/metrics?scraper=a");
    CHECK(families(answer) == (timestamps ? Families{"web 2", "deploys 2", "events_to_metrics 4"}
                                          : Families{"web 1", "deploys 2", "events_to_metrics 1"}));
    CHECK(test::parse(answer).family("web")->help == "Web \"things\".");
    CHECK(answer.text.size() >= 16 * 1024);
    event_of(app, "web?n=1");
    app.clock.advance(std::chrono::seconds(1));
    CHECK(families(app.scrape("/metrics?scraper=a")) == Families{"web 1", "deploys 0", "events_to_metrics 0"});
  }
}

TEST_CASE("OpenMetrics has the same families, and its padding in the first one's HELP") {
  const auto owner = app_with(true);
  App& app = *owner;
  app.clock.set(1'700'000'000'000);
  for (const char* one : {"deploys?n=1", "web?n=1", "deploys?n=1"}) {
    event_of(app, one);
    app.event("n=1");
    app.clock.advance(std::chrono::milliseconds(1010));
  }
  const Answer answer = openmetrics(app);
  std::string text = events_part(answer);
  std::erase(text, ' ');
  CHECK(text ==
        "#HELPwebWeb\\\"things\\\".\n#TYPEwebgauge\nweb{n=\"1\"}11700000001.010\n"
        "#HELPdeploysOne-shotevents:eachissenttoeachscraperonce.\n#TYPEdeploysgauge\n"
        "deploys{n=\"1\"}11700000000.000\ndeploys{n=\"1\"}11700000002.020\n"
        "#HELPevents_to_metricsOne-shotevents:eachissenttoeachscraperonce.\n#TYPEevents_to_metricsgauge\n"
        "events_to_metrics{n=\"1\"}11700000000.000\nevents_to_metrics{n=\"1\"}11700000001.010\n"
        "events_to_metrics{n=\"1\"}11700000002.020\n");
  CHECK(answer.text.size() == 16 * 1024);
  CHECK(answer.text.ends_with("# EOF\n"));
}

TEST_CASE("each metric has its own repeats") {
  const auto owner = app_with(false);
  App& app = *owner;
  for (const char* one : {"web?n=1", "deploys?n=1&value=3", "web?n=1", "deploys?n=1"}) event_of(app, one);
  const Answer answer = app.scrape("/metrics?scraper=a");
  CHECK(value_of(answer, "web", {{"n", "1"}}) == 2);      // as [events]: count
  CHECK(value_of(answer, "deploys", {{"n", "1"}}) == 1);  // last
}

TEST_CASE("an event whose metric has left the config still goes out, before the default") {
  for (const bool timestamps : {false, true}) {
    CAPTURE(timestamps);
    const auto owner = app_with(timestamps);
    App& app = *owner;
    event_of(app, "web?n=1");
    event_of(app, "deploys?n=1");
    app.event("n=1");
    reload(app, [](Options& options) { options.metrics.erase(options.metrics.begin()); });
    CHECK(app.post("/event/web?n=1").status == 404);
    const Answer answer = app.scrape("/metrics?scraper=a");
    CHECK(families(answer) == Families{"deploys 1", "web 1", "events_to_metrics 1"});
    CHECK(test::parse(answer).family("web")->help == "One-shot events: each is sent to each scraper once.");
    CHECK(families(app.scrape("/metrics?scraper=a")) == Families{"deploys 0", "events_to_metrics 0"});
  }
}

TEST_CASE("where the default gets the name of a metric whose events wait, both are one family, and one series") {
  for (const bool timestamps : {false, true}) {
    CAPTURE(timestamps);
    const auto owner = app_with(timestamps);
    App& app = *owner;
    event_of(app, "web?n=1");
    event_of(app, "web?n=2");
    reload(app, [](Options& options) {
      options.metrics.clear();
      options.metric = "web";
    });
    app.event("n=1");
    app.clock.advance(std::chrono::seconds(1));
    const Answer answer = app.scrape("/metrics?scraper=a");  // a series twice is an error of the parser
    CHECK(families(answer) == Families{timestamps ? "web 3" : "web 2"});
    if (!timestamps) CHECK(value_of(answer, "web", {{"n", "1"}}) == 2);
  }
}

TEST_CASE("a long batch of several metrics keeps its length and every event") {
  constexpr int events = 9000;
  for (const bool timestamps : {false, true}) {
    CAPTURE(timestamps);
    const auto owner = app_with(timestamps);
    App& app = *owner;
    const char* const paths[] = {"", "/web", "/deploys"};
    // The first thousands are of the default metric, so that lists are begun late.
    for (int i = 0; i < events; ++i) {
      const std::string path = i < 5000 ? "" : paths[i % 3];
      REQUIRE(app.post("/event" + path + "?i=" + std::to_string(i)).status == 200);
    }
    app.clock.advance(std::chrono::seconds(1));  // so that no time is ahead, of series that share a word of the log
    const Answer answer = app.scrape("/metrics?scraper=a");  // read_source() has compared the lengths
    const auto parsed = test::parse(answer);
    CHECK(families(answer).size() == 3);
    std::vector<int> seen(events);
    for (const auto& [path, name] : {std::pair{0, "events_to_metrics"}, {1, "web"}, {2, "deploys"}}) {
      for (const auto& sample : parsed.family(name)->samples) {
        const int i = std::stoi(*sample.label("i"));
        const bool right = i < 5000 ? path == 0 : path == i % 3;
        seen[static_cast<std::size_t>(i)] += right ? 1 : 100;
      }
    }
    CHECK(std::ranges::count(seen, 1) == events);
  }
}

TEST_CASE("equal labels of two metrics are two series, with timestamps too") {
  for (const bool timestamps : {false, true}) {
    const auto owner = app_with(timestamps);
    App& app = *owner;
    event_of(app, "web?n=1&value=2");
    event_of(app, "deploys?n=1&value=3");
    app.event("n=1&value=4");
    app.clock.advance(std::chrono::seconds(1));
    const Answer answer = app.scrape("/metrics?scraper=a");
    CHECK(value_of(answer, "web", {{"n", "1"}}) == 2);
    CHECK(value_of(answer, "deploys", {{"n", "1"}}) == 3);
    CHECK(value_of(answer, "events_to_metrics", {{"n", "1"}}) == 4);
  }
}

TEST_CASE("a sender's time is that of the sample") {
  const auto owner = app_with(true);
  App& app = *owner;
  const std::int64_t now = app.clock.unix_ms();
  for (const std::int64_t ago : {60'000, 61'000, 3'000'000}) {
    const event::Event event{.labels = "n=\"1\"", .metric = "web", .sent_unix_ms = now - ago};
    REQUIRE(app.queue->append(0, event) == queue::Stored::stored);
  }
  const auto parsed = test::parse(app.scrape("/metrics?scraper=a"));
  std::vector<std::int64_t> times;
  for (const auto& sample : parsed.family("web")->samples) times.push_back(now - *sample.timestamp_ms);
  CHECK(times == std::vector<std::int64_t>{60'000, 59'999, 59'998});
}

}  // namespace
}  // namespace oneshot::app
