// SPDX-License-Identifier: MIT
#include "app/ingest/limits/series_limit.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace oneshot::app {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{100h};

/// A worker with events of one label, `id`.
struct Worker {
  explicit Worker(SeriesLimit& all) : limit(all) {}

  Result<void, SeriesLimit::SeriesError> send(const std::vector<int>& ids, std::size_t max, SteadyTime now) {
    texts.clear();
    std::vector<event::Event> events;
    for (const int id : ids) texts.push_back("id=\"" + std::to_string(id) + "\",type=\"t\"");
    for (const std::string& text : texts) events.push_back({.labels = text});
    return limit.admit(events, max, now, recent);
  }
  bool takes(int id, std::size_t max, SteadyTime now) { return bool(send({id}, max, now)); }

  SeriesLimit& limit;
  RecentSeries recent;
  std::vector<std::string> texts;
};

TEST_CASE("series that are known go on, and new ones beyond the limit are refused") {
  SeriesLimit limit;
  Worker worker(limit);
  for (int id = 0; id < 100; ++id) CHECK(worker.takes(id, 100, start));
  CHECK(limit.count(start) == 100);
  for (int id = 0; id < 200; ++id) CHECK(worker.takes(id, 100, start + 1min) == (id < 100));
  CHECK(limit.count(start) == 100);
}

TEST_CASE("a refusal names the label with the most values, and says when there can be room") {
  SeriesLimit limit;
  Worker worker(limit);
  for (int id = 0; id < 100; ++id) REQUIRE(worker.takes(id, 100, start + 90s));
  const auto sent = worker.send({1000}, 100, start + 10min);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().label == "id");
  CHECK(static_cast<double>(sent.error().values) == doctest::Approx(101).epsilon(0.4));
  // What came in the second minute of the hour counts to its end.
  CHECK(sent.error().wait_seconds == 51 * 60);
  CHECK_FALSE(worker.takes(1000, 100, start + 10min + 51min - 1s));
  CHECK(worker.takes(1000, 100, start + 10min + 51min));
}

TEST_CASE("a known series is no new one an hour later, if it came in between") {
  SeriesLimit limit;
  Worker worker(limit);
  SteadyTime now = start;
  for (int half_hours = 0; half_hours < 20; ++half_hours, now += 30min) {
    for (int id = 0; id < 10; ++id) CHECK(worker.takes(id, 20, now));                        // comes again and again
    for (int id = 0; id < 1000; ++id) worker.takes(1000 + id + half_hours * 1000, 20, now);  // a script runs away
    CHECK(limit.count(now) == 20);
  }
}

TEST_CASE("after an hour of silence nothing is known, and there is room") {
  SeriesLimit limit;
  Worker worker(limit);
  for (int id = 0; id < 100; ++id) REQUIRE(worker.takes(id, 100, start));
  CHECK(limit.count(start + 59min) == 100);
  CHECK(limit.count(start + 60min) == 0);
  for (int id = 100; id < 200; ++id) CHECK(worker.takes(id, 100, start + 60min));
  CHECK_FALSE(worker.takes(0, 100, start + 60min));
}

TEST_CASE("a batch comes in whole or not at all") {
  SeriesLimit limit;
  Worker worker(limit);
  REQUIRE(worker.send({1, 2, 3}, 5, start));
  const auto sent = worker.send({1, 4, 4, 5, 6, 7}, 5, start);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().at == 4);
  CHECK(limit.count(start) == 3);
  CHECK(worker.send({4, 3, 5}, 5, start));  // not one of the two is known from before
  CHECK(limit.count(start) == 5);
  CHECK_FALSE(worker.send({6}, 5, start));
}

TEST_CASE("a limit that a reload changes counts at once") {
  SeriesLimit limit;
  Worker worker(limit);
  for (int id = 0; id < 10; ++id) REQUIRE(worker.takes(id, 10, start));
  CHECK_FALSE(worker.takes(10, 10, start));
  CHECK(worker.takes(10, 11, start));
  CHECK_FALSE(worker.takes(11, 5, start));
  CHECK(worker.takes(3, 5, start));
}

TEST_CASE("the same labels of two metrics are two series") {
  SeriesLimit limit;
  RecentSeries recent;
  const auto admit = [&](std::string_view metric) {
    const event::Event event{.labels = "type=\"t\"", .metric = metric};
    return bool(limit.admit({&event, 1}, 2, start, recent));
  };
  CHECK(admit(""));
  CHECK(admit("a"));
  CHECK_FALSE(admit("b"));
  CHECK(admit("a"));
}

TEST_CASE("in weeks of coming and going the count is that of a plain list") {
  SeriesLimit limit;
  Worker worker(limit);
  std::map<int, std::int64_t> last;  // minute by series
  std::mt19937 random(7);
  SteadyTime now = start;
  for (int i = 0; i < 60'000; ++i) {
    now += std::chrono::seconds(random() % 100 == 0 ? random() % 5000 : random() % 5);
    const std::int64_t minute = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
    std::erase_if(last, [&](const auto& entry) { return minute - entry.second >= 60; });
    const int id = static_cast<int>(random() % (i % 2 == 0 ? 300 : 1'000'000));
    const bool expected = last.contains(id) || last.size() < 1000;
    REQUIRE(worker.takes(id, 1000, now) == expected);
    if (expected) last[id] = minute;
    REQUIRE(limit.count(now) == last.size());
  }
}

TEST_CASE("workers share the limit") {
  SeriesLimit limit;
  constexpr int each = 20'000;
  std::vector<int> taken(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < taken.size(); ++t)
      threads.emplace_back([&limit, &mine = taken[t], t] {
        Worker worker(limit);
        for (int i = 0; i < each; ++i) mine += worker.takes(i + static_cast<int>(t) * each / 2, 30'000, start) ? 1 : 0;
      });
  }
  CHECK(limit.count(start) == 30'000);
  CHECK(taken[0] + taken[1] + taken[2] + taken[3] >= 30'000);
}

}  // namespace
}  // namespace oneshot::app
