// SPDX-License-Identifier: MIT
#include "confirm/stored_events.hpp"

#include <doctest/doctest.h>

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)

namespace {

const Labels marker = {{"__name__", "oneshot_batch"}, {"instance", "h:1"}, {"job", "events"}, {"scraper", "prom-a"}};

Samples stored(std::initializer_list<Labels> labels, std::int64_t at = 1000) {
  Samples samples;
  for (Labels one : labels) {
    one.emplace_back("__name__", "events_to_metrics");
    samples.series.push_back({std::move(one), {{at, 1}}});
  }
  return samples;
}

/// Of a batch in which some event has these labels.
TargetLabels target(std::string_view labels = "") {
  TargetLabels target(marker);
  target.note(labels);
  return target;
}

StoredEvents with(std::initializer_list<Labels> labels, std::string_view noted = "") {
  StoredEvents events(target(noted));
  events.add(stored(labels), {1000});
  return events;
}

}  // namespace

TEST_CASE("an event is there with the labels of its target around") {
  StoredEvents events = with({{{"instance", "h:1"}, {"job", "events"}, {"type", "deploy"}}});
  CHECK(events.size() == 1);
  CHECK(events.not_asked_for() == 1);
  CHECK(events.has("events_to_metrics", "type=\"deploy\""));
  CHECK(!events.has("events_to_metrics", "type=\"rollback\""));
  CHECK(!events.has("events_to_metrics", "id=\"1\",type=\"deploy\""));
  CHECK(!events.has("events_to_metrics", ""));
  CHECK(events.not_asked_for() == 0);
}

TEST_CASE("equal labels under another metric's name are another event") {
  StoredEvents events(target());
  Samples samples = stored({{{"instance", "h:1"}, {"job", "events"}, {"type", "deploy"}}});
  samples.series.push_back(
      {{{"__name__", "backups"}, {"instance", "h:1"}, {"job", "events"}, {"type", "full"}}, {{1000, 1}}});
  events.add(samples, {1000});
  CHECK(events.size() == 2);
  CHECK(!events.has("backups", "type=\"deploy\""));
  CHECK(!events.has("events_to_metrics", "type=\"full\""));
  CHECK(events.has("backups", "type=\"full\""));
  CHECK(events.not_asked_for() == 1);
}

TEST_CASE("equal labels of two metrics are two series") {
  SeriesCount count;
  const oneshot::queue::BatchEvent event{.series_hash = 1, .labels = "type=\"deploy\""};
  for (const char* metric : {"a", "b", "a"}) count.add(metric, event);
  CHECK(count.value() == 2);
}

TEST_CASE("an event with more labels is another one") {
  StoredEvents events = with({{{"id", "7"}, {"instance", "h:1"}, {"job", "events"}, {"type", "deploy"}}});
  CHECK(!events.has("events_to_metrics", "type=\"deploy\""));
  CHECK(events.has("events_to_metrics", "id=\"7\",type=\"deploy\""));
}

TEST_CASE("a label that the scraper has put aside for one of the target") {
  StoredEvents events = with({{{"exported_job", "cron"}, {"instance", "h:1"}, {"job", "events"}, {"type", "x"}}});
  CHECK(events.has("events_to_metrics", "job=\"cron\",type=\"x\""));
  CHECK(!events.has("events_to_metrics", "type=\"x\""));
}

TEST_CASE("honor_labels: the event's label has taken the place of the target's") {
  StoredEvents events =
      with({{{"instance", "h:1"}, {"job", "cron"}}, {{"instance", "h:1"}, {"job", "events"}}}, "job=\"cron\"");
  CHECK(events.has("events_to_metrics", "job=\"cron\""));
  CHECK(events.has("events_to_metrics", "job=\"events\""));  // the same as the target's by chance
  CHECK(events.not_asked_for() == 0);
}

TEST_CASE("honor_labels: a series of another target is none of the events") {
  const StoredEvents events =
      with({{{"instance", "h:2"}, {"job", "cron"}}, {{"instance", "h:1"}, {"job", "other"}}}, "job=\"cron\"");
  CHECK(events.size() == 0);
}

TEST_CASE("an event with an empty label of the target's name: with honor_labels there is none, else the target's") {
  StoredEvents honored = with({{{"instance", "h:1"}, {"type", "x"}}}, "job=\"\",type=\"x\"");
  CHECK(honored.has("events_to_metrics", "job=\"\",type=\"x\""));
  StoredEvents other = with({{{"instance", "h:1"}, {"job", "events"}, {"type", "x"}}}, "job=\"\",type=\"x\"");
  CHECK(other.has("events_to_metrics", "job=\"\",type=\"x\""));
}

TEST_CASE("a label put aside whose new name the event has already gets the next one") {
  StoredEvents events =
      with({{{"exported_exported_job", "a"}, {"exported_job", "b"}, {"instance", "h:1"}, {"job", "events"}}},
           "exported_job=\"b\",job=\"a\"");
  CHECK(events.has("events_to_metrics", "exported_job=\"b\",job=\"a\""));
  CHECK(events.not_asked_for() == 0);
}

TEST_CASE("an event's own label scraper is no label of the target") {
  StoredEvents events = with({{{"instance", "h:1"}, {"job", "events"}, {"scraper", "prom-a"}}});
  CHECK(events.has("events_to_metrics", "scraper=\"prom-a\""));
  CHECK(!events.has("events_to_metrics", ""));
}

TEST_CASE("values with quotes, backslashes, line ends and commas") {
  StoredEvents events = with({{{"a", "x\"y\\z\nw"}, {"b", ",\"="}, {"instance", "h:1"}, {"job", "events"}}});
  CHECK(events.has("events_to_metrics", R"(a="x\"y\\z\nw",b=",\"=")"));
}

TEST_CASE("an empty value is none in a store") {
  StoredEvents events = with({{{"instance", "h:1"}, {"job", "events"}, {"type", "x"}}});
  CHECK(events.has("events_to_metrics", R"(a="",type="x")"));
}

TEST_CASE("only the moments that are asked for count") {
  StoredEvents events(target());
  events.add(stored({{{"instance", "h:1"}, {"job", "events"}, {"type", "x"}}}, 2000), {1000});
  CHECK(events.size() == 0);
  events.add(stored({{{"instance", "h:1"}, {"job", "events"}, {"type", "x"}}}, 2000), {1000, 2000});
  CHECK(events.has("events_to_metrics", "type=\"x\""));
}

TEST_CASE("the series of a batch are counted once each") {
  SeriesCount count;
  oneshot::queue::BatchEvent event;
  event.series_hash = 1;
  event.labels = "a=\"1\"";
  count.add("events_to_metrics", event);
  count.add("events_to_metrics", event);
  event.labels = "a=\"2\"";  // the same hash
  count.add("events_to_metrics", event);
  CHECK(count.value() == 2);
}
