// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/scrape/text/batch_text.hpp"
#include "base/log.hpp"
#include "support/captured_log.hpp"
#include "unit/app/app_fixture.hpp"

namespace oneshot::app {
namespace {

using event::Repeats;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Answer;
using test::App;
using test::event_samples;
using test::value_of;

constexpr const char* metric = "events_to_metrics";

std::unique_ptr<App> merging(Repeats repeats) {
  auto app = std::make_unique<App>([=](Options& options, queue::Options&) { options.event.repeats = repeats; });
  app->scrape();
  return app;
}

TEST_CASE("count adds 1 for an event and lets a given value set") {
  const auto owner = merging(Repeats::count);
  App& app = *owner;
  for (const char* query : {"a=1&b=2", "b=2&a=1", "a=1&b=2", "n=1", "n=1&value=5", "n=1"}) app.event(query);
  const Answer answer = app.scrape();
  CHECK(event_samples(answer) == 2);
  CHECK(value_of(answer, metric, {{"a", "1"}, {"b", "2"}}) == 3);
  CHECK(value_of(answer, metric, {{"n", "1"}}) == 6);
}

TEST_CASE("last keeps the last value, sum adds them") {
  for (const auto& [repeats, expected] : {std::pair{Repeats::last, 1.0}, std::pair{Repeats::sum, 8.5}}) {
    const auto owner = merging(repeats);
    App& app = *owner;
    for (const char* query : {"n=1", "n=1&value=6.5", "n=1"}) app.event(query);
    const Answer answer = app.scrape();
    CHECK(event_samples(answer) == 1);
    CHECK(value_of(answer, metric, {{"n", "1"}}) == expected);
  }
}

std::vector<std::int64_t> times_of(const Answer& answer, const std::string& n) {
  std::vector<std::int64_t> times;
  const auto parsed = test::parse(answer);
  for (const auto& sample : parsed.family(metric)->samples) {
    REQUIRE(sample.timestamp_ms.has_value());
    if (sample.label("n") == n) times.push_back(*sample.timestamp_ms);
  }
  return times;
}

std::unique_ptr<App> with_times() {
  auto app = std::make_unique<App>([](Options& options, queue::Options& queue) {
    queue.explicit_timestamps = true;
    options.timestamp_max_age = seconds(3000);
  });
  app->scrape();
  return app;
}

TEST_CASE("with timestamps every event keeps its sample and its time") {
  const auto owner = with_times();
  App& app = *owner;
  const std::int64_t start = app.clock.unix_ms();
  app.event("n=1&value=3");
  app.clock.advance(seconds(1));
  app.event("n=1&value=4");
  app.clock.advance(milliseconds(1));  // both series may share a word of the times
  app.event("n=2");
  const Answer answer = app.scrape();
  CHECK(times_of(answer, "1") == std::vector{start, start + 1000});
  CHECK(times_of(answer, "2") == std::vector{start + 1001});
  const std::string last = "events_to_metrics{n=\"2\"} 1 " + std::to_string(start + 1001) + "\n";
  CHECK(answer.text.find(last + "# HELP oneshot_batch ") != std::string::npos);
}

TEST_CASE("own metrics never carry timestamps") {
  const auto owner = with_times();
  App& app = *owner;
  app.event("n=1");
  const auto parsed = test::parse(app.scrape());
  for (const auto& family : parsed.families)
    for (const auto& sample : family.samples)
      if (family.name != metric) CHECK_FALSE(sample.timestamp_ms.has_value());
}

TEST_CASE("equal series in one millisecond get times one behind the other, and none goes out ahead of the clock") {
  const auto owner = with_times();
  App& app = *owner;
  const std::int64_t start = app.clock.unix_ms();
  for (int i = 0; i < 3; ++i) app.event("n=1");
  CHECK(times_of(app.scrape(), "1") == std::vector{start});
  app.clock.advance(milliseconds(10));
  CHECK(times_of(app.scrape(), "1") == std::vector{start + 1, start + 2});
}

TEST_CASE("an event older than timestamp_max_age goes out with that age, ascending within its series") {
  const auto owner = with_times();
  App& app = *owner;
  for (int i = 0; i < 2; ++i) {
    app.event("n=1");
    app.event("n=2");
  }
  app.clock.advance(seconds(3000));
  app.clock.advance(milliseconds(5));
  app.event("n=1");
  app.clock.advance(milliseconds(1));  // both series may share a word of the times
  app.event("n=3");
  const std::int64_t now = app.clock.unix_ms();
  const std::int64_t oldest = now - 3'000'000;
  const Answer answer = app.scrape();
  CHECK(times_of(answer, "1") == std::vector{oldest, oldest + 1, now - 1});
  CHECK(times_of(answer, "2") == std::vector{oldest, oldest + 1});
  CHECK(times_of(answer, "3") == std::vector{now});
}

TEST_CASE("an event that is just young enough goes behind older ones of its series that were lifted past it") {
  const auto owner = with_times();
  App& app = *owner;
  for (int i = 0; i < 5; ++i) app.event("n=1");  // at start, start+1, ... start+4
  const std::int64_t start = app.clock.unix_ms();
  app.clock.advance(seconds(3000));
  app.clock.advance(milliseconds(2));
  // The oldest time allowed is start+2: the first three are lifted to it and behind, and push the others on.
  CHECK(times_of(app.scrape(), "1") == std::vector{start + 2, start + 3, start + 4, start + 5, start + 6});
}

TEST_CASE("many old events go out in pieces of the usual size, the last one not empty") {
  for (const int events : {63, 64, 65, 128, 3000}) {
    const auto owner = with_times();
    App& app = *owner;
    const std::string padding(100, 'x');
    for (int i = 0; i < events; ++i) app.event("n=" + std::to_string(i % 3) + "&padding=" + padding);
    app.clock.advance(seconds(3100));
    const std::int64_t start = app.clock.unix_ms();
    for (int i = 0; i < 3; ++i) {
      app.event("n=" + std::to_string(i) + "&padding=" + padding);
      app.clock.advance(milliseconds(1));  // all series may share a word of the times
    }
    const std::int64_t oldest = app.clock.unix_ms() - 3'000'000;
    const Answer answer = app.scrape();
    for (int n = 0; n < 3; ++n) {
      std::vector<std::int64_t> expected;
      for (int i = n; i < events; i += 3) expected.push_back(oldest + (i - n) / 3);
      expected.push_back(start + n);
      CHECK(times_of(answer, std::to_string(n)) == expected);
    }
  }
}

TEST_CASE("after the clock was set back, what a Prometheus will refuse is named in the log") {
  const auto owner = with_times();
  App& app = *owner;
  app.event("n=1");
  app.event("n=3");
  CHECK(times_of(app.scrape(), "1").size() == 1);
  app.clock.advance(milliseconds(3));
  app.event("n=2");                    // as new to a Prometheus as any that it knows nothing of
  app.clock.advance(milliseconds(1));  // all series may share a word of the times
  app.clock.step(std::chrono::seconds(-30));
  app.queue->tick();
  for (const char* query : {"n=1", "n=1", "n=3"}) app.event(query);
  app.clock.advance(milliseconds(5));
  log::set_level(log::Level::warn);
  const oneshot::test::CapturedLog log;
  const std::int64_t now = app.clock.unix_ms();
  const Answer answer = app.scrape();
  log::set_level(log::Level::error);
  CHECK(times_of(answer, "1") == std::vector{now - 5, now - 4});
  CHECK(log.count("level=warn") == 1);
  CHECK(log.count(R"(scraper=10.0.0.7 events=3 first="events_to_metrics{n=\"1\"}")") == 1);
}

TEST_CASE("many thousand events with timestamps come whole") {
  App app([](Options&, queue::Options& queue) { queue.explicit_timestamps = true; });
  app.scrape();
  for (int i = 0; i < 9000; ++i) app.event("n=" + std::to_string(i));
  app.clock.advance(seconds(10));  // times that had to go ahead of a clock that stood still have come
  app.waiting.gave_way = 0;
  CHECK(event_samples(app.scrape()) == 9000);
  CHECK(app.waiting.gave_way >= 2);
}

}  // namespace
}  // namespace oneshot::app
