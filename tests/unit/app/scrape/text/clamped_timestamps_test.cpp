// SPDX-License-Identifier: MIT
#include "app/scrape/text/clamped_timestamps.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "unit/app/scrape/text/some_events.hpp"

namespace oneshot::app {
namespace {

queue::BatchEvent event_at(std::int64_t unix_ms, std::string_view labels, std::uint64_t hash) {
  return {.series_hash = hash, .labels = labels, .unix_ms = unix_ms};
}

using test::SomeEvents;
using Times = std::vector<std::int64_t>;

Times times_of(const SomeEvents& events, ClampedTimestamps& clamped) {
  Times all;
  clamped.expect(events.all());
  for (const queue::BatchSample& event : events.all()) all.push_back(clamped.next(event));
  return all;
}

constexpr std::int64_t oldest = 1000;

TEST_CASE("an event that is not older than the oldest time keeps its own") {
  const SomeEvents events({event_at(1000, "a", 1), event_at(1001, "a", 1), event_at(1000, "b", 2)});
  const ShownEvents shown(events, "m");
  ClampedTimestamps clamped(shown, oldest);
  CHECK(times_of(events, clamped) == Times{1000, 1001, 1000});
}

TEST_CASE("the first old event of a series goes out with the oldest time, each later one 1 ms behind") {
  const SomeEvents events({event_at(10, "a", 1), event_at(20, "a", 1), event_at(15, "b", 2), event_at(30, "a", 1)});
  const ShownEvents shown(events, "m");
  ClampedTimestamps clamped(shown, oldest);
  CHECK(times_of(events, clamped) == Times{1000, 1001, 1000, 1002});
}

TEST_CASE("a younger event stays behind the lifted ones of its series, and no other series moves") {
  const SomeEvents events({event_at(10, "a", 1), event_at(20, "a", 1), event_at(1001, "a", 1), event_at(1001, "b", 2),
                           event_at(1500, "a", 1)});
  const ShownEvents shown(events, "m");
  ClampedTimestamps clamped(shown, oldest);
  CHECK(times_of(events, clamped) == Times{1000, 1001, 1002, 1001, 1500});
}

TEST_CASE("series of equal hash are told apart by their labels") {
  const SomeEvents events({event_at(10, "a", 1), event_at(20, "b", 1), event_at(30, "a", 1), event_at(1000, "c", 1)});
  const ShownEvents shown(events, "m");
  ClampedTimestamps clamped(shown, oldest);
  CHECK(times_of(events, clamped) == Times{1000, 1000, 1001, 1000});
}

TEST_CASE("a second pass gives the same times, also for events before the first old one of their series") {
  const SomeEvents events({event_at(1000, "a", 1), event_at(10, "b", 2), event_at(20, "b", 2), event_at(1000, "b", 2),
                           event_at(30, "a", 1), event_at(1000, "a", 1)});
  const ShownEvents shown(events, "m");
  ClampedTimestamps clamped(shown, oldest);
  const Times first = times_of(events, clamped);
  CHECK(first == Times{1000, 1000, 1001, 1002, 1000, 1001});
  clamped.begin_again();
  CHECK(times_of(events, clamped) == first);
}

}  // namespace
}  // namespace oneshot::app
