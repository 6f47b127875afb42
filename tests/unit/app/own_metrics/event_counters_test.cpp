// SPDX-License-Identifier: MIT
#include "app/own_metrics/event_counters.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "app/own_metrics/picked_labels.hpp"
#include "exposition/text_format.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;
using test::value_of;

std::string picked(std::string_view labels, const std::vector<std::string>& wanted) {
  std::string out = "before";
  append_picked_labels(out, labels, wanted);
  return out.substr(6);
}

std::unique_ptr<App> counting(std::size_t most_series = 1000) {
  auto app = std::make_unique<App>([=](Options& options, queue::Options&) {
    options.counter_labels = {"type", "env"};  // in no order
    options.metrics = {{"deploys", {.help = {}, .repeats = {}, .counter_labels = {"service"}}}, {"web", {}}};
    options.counter_series = most_series;
  });
  app->scrape();
  return app;
}

/// The samples of a family, by their labels as text; and the sum of all.
std::map<std::string, double> samples(const Answer& answer, std::string_view family) {
  std::map<std::string, double> all;
  const auto parsed = test::parse(answer);
  REQUIRE(parsed.family(family) != nullptr);
  CHECK(parsed.family(family)->type == "counter");
  for (const auto& sample : parsed.family(family)->samples) {
    std::string labels;
    for (const auto& [name, value] : sample.labels) labels += name + '=' + value + ' ';
    all[labels] = sample.value;
  }
  return all;
}

using Samples = std::map<std::string, double>;

TEST_CASE("labels are picked from a label text, whatever their values hold") {
  const std::string labels = R"(a="1",b="x\"y,c=\"z\\",c="3",d="")";
  CHECK(picked(labels, {"a"}) == R"(a="1")");
  CHECK(picked(labels, {"b"}) == R"(b="x\"y,c=\"z\\")");
  CHECK(picked(labels, {"a", "c"}) == R"(a="1",c="3")");
  CHECK(picked(labels, {"b", "d"}) == R"(b="x\"y,c=\"z\\",d="")");
  CHECK(picked(labels, {"aa", "c", "z"}) == R"(c="3")");
  CHECK(picked(labels, {"0", "zz"}).empty());
  CHECK(picked("", {"a"}).empty());
  CHECK(picked("a=\"1\"", {}).empty());
}

TEST_CASE("each accepted event counts in its metric's counter, by the labels that are chosen") {
  const auto owner = counting();
  App& app = *owner;
  for (const char* one : {"?type=a&env=x&service=s", "?type=a&env=x", "?type=b", "?other=1", "/deploys?service=s",
                          "/deploys?type=a", "/web?type=a"})
    REQUIRE(app.post(std::string("/event") + one).status == 200);
  REQUIRE(app.post("/event?type=a&a-b=1").status == 400);  // not accepted
  const Answer answer = app.scrape();
  CHECK(samples(answer, "events_to_metrics_events_total") == Samples{{"env=x type=a ", 2}, {"type=b ", 1}, {"", 1}});
  CHECK(samples(answer, "deploys_events_total") == Samples{{"service=s ", 1}, {"", 1}});
  CHECK(test::parse(answer).family("web_events_total") == nullptr);
  CHECK(value_of(answer, "oneshot_counter_series_overflow_total") == 0);
  const Answer again = app.scrape("/metrics", "10.0.0.8");  // the same for everybody, and once more
  CHECK(samples(again, "deploys_events_total") == samples(answer, "deploys_events_total"));
}

TEST_CASE("of a batch each event counts that is stored, and no duplicate") {
  const auto owner = counting();
  App& app = *owner;
  const std::string lines = R"({"labels":{"service":"a"},"id":"1"})"
                            "\n"
                            R"({"labels":{"service":"b"},"id":"2"})"
                            "\n"
                            R"({"labels":{"service":"a"},"id":"1"})"
                            "\n"
                            R"({"labels":{"service":"c"}})"
                            "\n";
  for (int round = 0; round < 2; ++round) {
    const Answer answer = app.call({.method = http::Method::post,
                                    .target = "/events/deploys",
                                    .headers = {{"Content-Type", "application/x-ndjson"}},
                                    .body = lines});
    INFO(answer.text);
    REQUIRE(answer.status == 200);
  }
  const Answer answer = app.scrape();
  CHECK(samples(answer, "deploys_events_total") == Samples{{"service=a ", 1}, {"service=b ", 1}, {"service=c ", 2}});
  CHECK(value_of(answer, "oneshot_events_accepted_total") == 4);
  CHECK(value_of(answer, "deploys", {{"service", "c"}}) == 2);
}

TEST_CASE("without counter_labels there is nothing of it") {
  App app;
  app.scrape();
  app.event("type=a");
  const auto parsed = test::parse(app.scrape());
  CHECK(parsed.family("events_to_metrics_events_total") == nullptr);
  CHECK(parsed.family("oneshot_counter_series_overflow_total") == nullptr);
}

TEST_CASE("in OpenMetrics a counter's family is called without _total") {
  const auto owner = counting();
  App& app = *owner;
  app.event("type=a");
  Answer answer = app.call({.target = "/metrics", .headers = {{"Accept", "application/openmetrics-text"}}});
  test::read_source(answer);
  CHECK(answer.text.find("# TYPE events_to_metrics_events counter\nevents_to_metrics_events_total{type=\"a\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("beyond the bound an event counts without labels, and no series more is made") {
  const auto owner = counting(3);
  App& app = *owner;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 10; ++i) app.event("type=" + std::to_string(i));
  REQUIRE(app.post("/event/deploys?service=s").status == 200);
  app.event("other=1");  // has no such label, and so no room to want
  const Answer answer = app.scrape();
  CHECK(samples(answer, "events_to_metrics_events_total") ==
        Samples{{"", 15}, {"type=0 ", 2}, {"type=1 ", 2}, {"type=2 ", 2}});
  CHECK(samples(answer, "deploys_events_total") == Samples{{"", 1}});
  CHECK(value_of(answer, "oneshot_counter_series_overflow_total") == 15);
}

TEST_CASE("a reload goes on with the counters, unless it changes what they are") {
  const auto owner = counting();
  App& app = *owner;
  const auto use = [&app] { app.router->use(std::make_shared<const Options>(app.options)); };
  app.event("type=a");
  app.options.event.max_event_bytes = 100;
  use();
  app.event("type=a");
  CHECK(value_of(app.scrape(), "events_to_metrics_events_total", {{"type", "a"}}) == 2);
  app.options.counter_labels = {"env"};
  use();
  app.event("type=a&env=x");
  CHECK(samples(app.scrape(), "events_to_metrics_events_total") == Samples{{"env=x ", 1}});
}

TEST_CASE("all workers that ask with one configuration get the same counters, also in the middle of reloads") {
  EventCounterBook book(2);
  Options first;
  first.counter_labels = {"a"};
  Options second;
  second.counter_labels = {"b"};
  auto of_one = book.of(first);
  auto of_other = book.of(first);
  CHECK(of_one == of_other);
  of_one = book.of(second);
  of_other = book.of(first);
  CHECK(of_one != of_other);
  of_other = book.of(second);
  CHECK(of_one == of_other);
}

TEST_CASE("the workers' sums are what was accepted, and never more series than allowed") {
  for (const std::size_t most : {std::size_t{5}, std::size_t{100}, std::size_t{5000}}) {
    CAPTURE(most);
    Options options;
    options.counter_labels = {"a"};
    options.metrics = {{"m", {.help = {}, .repeats = {}, .counter_labels = {"a"}}}};
    options.counter_series = most;
    constexpr unsigned workers = 4;
    constexpr int events = 20'000;
    EventCounters counters(counter_config(options), workers);
    std::vector<std::jthread> threads;
    for (unsigned worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&, worker] {
        std::mt19937 random(worker);
        for (int i = 0; i < events; ++i) {
          const std::string labels = "a=\"" + std::to_string(random() % 200) + "\",b=\"1\"";
          EventCounters::count(counters.series_of(worker, {.labels = labels, .metric = i % 2 == 0 ? "m" : ""}));
        }
      });
    }
    std::string text;
    exposition::Writer writer(text, exposition::text_format());
    for (int i = 0; i < 20; ++i) counters.append_to(writer);  // whoever scrapes meanwhile
    threads.clear();
    text.clear();
    counters.append_to(writer);
    const auto parsed = oneshot::test::parse_exposition(text);
    REQUIRE(parsed.has_value());
    double sum = 0;
    std::size_t series = 0;
    double without_labels = 0;
    for (const char* const name : {"m_events_total", "events_to_metrics_events_total"}) {
      for (const auto& sample : parsed->family(name)->samples) {
        sum += sample.value;
        (sample.labels.empty() ? without_labels : sum) += sample.labels.empty() ? sample.value : 0;
        series += sample.labels.empty() ? std::size_t{0} : 1;
      }
    }
    CHECK(sum == workers * unsigned{events});
    CHECK(series == std::min<std::size_t>(most, 400));
    CHECK(without_labels == parsed->sample("oneshot_counter_series_overflow_total")->value);
  }
}

}  // namespace
}  // namespace oneshot::app
