// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using test::Answer;
using test::App;

Answer scrape_openmetrics(App& app) {
  Answer answer = app.call({.target = "/metrics?scraper=a", .headers = {{"Accept", "application/openmetrics-text"}}});
  test::read_source(answer);
  test::deliver(answer);
  return answer;
}

std::string events_of(const Answer& answer) {
  const std::size_t begin = answer.text.find("# TYPE events_to_metrics gauge\n") + 31;
  return answer.text.substr(begin, answer.text.find("# HELP oneshot_batch ", begin) - begin);
}

}  // namespace

TEST_CASE("with timestamps, OpenMetrics has the samples of a series together, in the order of their times") {
  App app([](Options&, queue::Options& queue) { queue.explicit_timestamps = true; });
  scrape_openmetrics(app);
  app.clock.set(1'700'000'000'000);
  for (const char* query : {"n=1", "n=2", "n=1&value=5", "n=3", "n=2&value=7", "n=1"}) {
    app.event(query);
    app.clock.advance(std::chrono::milliseconds(1010));
  }
  const std::string expected =
      "events_to_metrics{n=\"1\"} 1 1700000000.000\n"
      "events_to_metrics{n=\"1\"} 5 1700000002.020\n"
      "events_to_metrics{n=\"1\"} 1 1700000005.050\n"
      "events_to_metrics{n=\"2\"} 1 1700000001.010\n"
      "events_to_metrics{n=\"2\"} 7 1700000004.040\n"
      "events_to_metrics{n=\"3\"} 1 1700000003.030\n";
  CHECK(events_of(scrape_openmetrics(app)) == expected);
  const Answer empty = scrape_openmetrics(app);
  CHECK(events_of(empty).empty());
  CHECK(empty.text.ends_with("\n# EOF\n"));
}

TEST_CASE("a long batch keeps its length, its series and the order in each") {
  App app([](Options&, queue::Options& queue) { queue.explicit_timestamps = true; });
  scrape_openmetrics(app);
  constexpr int events = 9000;
  constexpr int series = 700;
  for (int i = 0; i < events; ++i) {
    app.event("s=" + std::to_string(i % series) + "&value=" + std::to_string(i));
    app.clock.advance(std::chrono::milliseconds(1));
  }
  const std::string text = events_of(scrape_openmetrics(app));  // read_source() has compared the lengths
  std::string expected;
  for (int s = 0; s < series; ++s)
    for (int i = s; i < events; i += series)
      expected += "{s=\"" + std::to_string(s) + "\"} " + std::to_string(i) + "\n";
  std::string found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const std::size_t begin = std::string_view("events_to_metrics").size();
    found += line.substr(begin, line.rfind(' ') - begin) + "\n";
    at = end + 1;
  }
  CHECK(found == expected);
}

TEST_CASE("without timestamps OpenMetrics has each series once, no comment, and its end") {
  App app;
  scrape_openmetrics(app);
  for (const char* query : {"n=1", "n=2", "n=1"}) app.event(query);
  const Answer answer = scrape_openmetrics(app);
  CHECK(answer.reply.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(events_of(answer) == "events_to_metrics{n=\"1\"} 2\nevents_to_metrics{n=\"2\"} 1\n");
  CHECK(answer.text.starts_with("# HELP events_to_metrics_event_count "));
  CHECK(answer.text.find("# TYPE events_to_metrics_event_count unknown\n") != std::string::npos);
  CHECK(answer.text.find("# TYPE oneshot_events_accepted counter\noneshot_events_accepted_total 3\n") !=
        std::string::npos);
  CHECK(answer.text.size() == 16 * 1024);
}

}  // namespace oneshot::app
