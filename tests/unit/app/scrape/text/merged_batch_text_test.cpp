// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/scrape/text/batch_text.hpp"
#include "exposition/openmetrics_format.hpp"
#include "exposition/text_format.hpp"
#include "unit/app/scrape/text/some_events.hpp"

namespace oneshot::app {
namespace {

using test::SomeEvents;

constexpr std::string_view usual = "events_to_metrics";

struct SeriesOfModel {
  std::string_view metric;
  std::string_view labels;
  double value;
};

/// The rule in the fewest words: each series once, in the order of its first event, an event without a value adds 1.
std::vector<SeriesOfModel> merge(const std::vector<queue::BatchEvent>& events) {
  std::vector<SeriesOfModel> all;
  for (const queue::BatchEvent& event : events) {
    const std::string_view metric = event.metric.empty() ? usual : event.metric;
    auto found = all.begin();
    while (found != all.end() && (found->metric != metric || found->labels != event.labels)) ++found;
    if (found == all.end())
      all.push_back({metric, event.labels, event.value});
    else
      found->value = event.value_given ? event.value : found->value + 1;
  }
  return all;
}

/// Family by family, with the heads of all but the first one, which stands before the events.
std::string expected_text(const Families& families, const exposition::Format& format,
                          const std::vector<SeriesOfModel>& all) {
  std::string text;
  for (std::size_t place = 0; place < families.size(); ++place) {
    const std::size_t family = families.at(place);
    if (place > 0) families.append_head(text, format, family);
    for (const SeriesOfModel& one : all)
      if (one.metric == families.name(family)) format.append_sample(text, one.metric, {one.labels}, one.value);
  }
  return text;
}

std::string written_text(EventText& text) {
  std::string all;
  std::string piece;
  for (bool more = true; more; piece.clear()) {
    more = text.append_next(piece);
    CHECK((!more || piece.size() >= EventText::piece_bytes));
    all += piece;
  }
  return all;
}

/// Events of so many series, of several metrics; some with long labels, and with values of all kinds.
std::vector<queue::BatchEvent> random_events(std::mt19937_64& random, std::size_t count, std::size_t series,
                                             const std::vector<std::string>& labels) {
  static constexpr std::string_view metrics[] = {"", "", "", "jobs_total", "builds", usual};
  std::vector<queue::BatchEvent> events(count);
  for (queue::BatchEvent& event : events) {
    const std::size_t number = random() % series;
    event.labels = labels[number];
    event.metric = metrics[number % std::size(metrics)];
    const std::string_view hashed_metric = event.metric == usual ? "" : event.metric;
    event.series_hash = std::hash<std::string_view>()(event.labels) + std::hash<std::string_view>()(hashed_metric);
    if (random() % 3 != 0) continue;
    event.value_given = true;
    event.value = random() % 2 == 0 ? static_cast<double>(random() % 12) : static_cast<double>(random()) / 7;
  }
  return events;
}

TEST_CASE("the text of a batch is that of its series one by one, and as long as was measured") {
  std::mt19937_64 random(11);
  std::vector<std::string> labels;
  for (int i = 0; i < 400; ++i)
    labels.push_back("id=\"" + std::to_string(i) + std::string(random() % (i % 40 == 0 ? 9000 : 30), 'x') + '"');
  Options options;
  options.metrics.emplace_back("jobs_total", MetricOptions{});
  for (int round = 0; round < 120; ++round) {
    const std::size_t series = 1 + random() % labels.size();
    const std::vector<queue::BatchEvent> events = random_events(random, random() % 900, series, labels);
    const SomeEvents batch(events);
    const exposition::Format& format = round % 2 == 0 ? exposition::text_format() : exposition::openmetrics_format();
    const auto text = merged_event_text(batch, options, format);
    while (text->measure_next()) {
    }
    const std::string written = written_text(*text);
    REQUIRE(written.size() == text->size());
    REQUIRE(written == expected_text(text->families(), format, merge(events)));
  }
}

}  // namespace
}  // namespace oneshot::app
