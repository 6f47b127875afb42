// SPDX-License-Identifier: MIT
#include "event/series_merger.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oneshot;
using event::Repeats;
using event::SeriesMerger;

namespace {

struct Arrival {
  std::string labels;
  std::optional<double> given;
};

using Hash = std::function<std::uint64_t(const std::string&)>;
using Series = std::vector<std::pair<std::string, double>>;

std::uint64_t std_hash(const std::string& labels) { return std::hash<std::string>()(labels); }

Series merge(Repeats repeats, const std::vector<Arrival>& arrivals, const Hash& hash = std_hash) {
  SeriesMerger merger;
  merger.reserve(arrivals.size());
  // Places are anything that the caller can find labels by; 5 apart, as records of several words are.
  const auto labels_at = [&arrivals](std::uint32_t where) -> std::string_view { return arrivals[where / 5].labels; };
  const auto value_at = [&arrivals](std::uint32_t where) { return arrivals[where / 5].given.value_or(1); };
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& arrival = arrivals[i];
    const std::uint64_t hashed = hash(arrival.labels);
    const std::size_t before = merger.size();
    merger.expect(hashed);
    const SeriesMerger::Added added =
        merger.add(static_cast<std::uint32_t>(i * 5), hashed, arrival.labels,
                   {arrival.given.value_or(1), arrival.given.has_value(), repeats}, labels_at, value_at);
    CHECK((added == SeriesMerger::Added::first) == (merger.size() > before));
  }
  Series series;
  for (std::size_t i = 0; i < merger.size(); ++i) {
    const double value = merger.is_repeated(i) ? merger.value(i) : value_at(merger.where(i));
    series.emplace_back(labels_at(merger.where(i)), value);
  }
  return series;
}

/// The rule in the fewest words.
Series model(Repeats repeats, const std::vector<Arrival>& arrivals) {
  Series series;
  std::map<std::string, std::size_t> numbers;
  for (const Arrival& arrival : arrivals) {
    const auto [at, is_new] = numbers.try_emplace(arrival.labels, series.size());
    if (is_new) series.emplace_back(arrival.labels, 0.0);
    double& value = series[at->second].second;
    const double arrived = arrival.given.value_or(1);
    const bool adds = repeats == Repeats::sum || (repeats == Repeats::count && !arrival.given);
    value = adds ? value + arrived : arrived;
  }
  return series;
}

constexpr std::nullopt_t none = std::nullopt;

}  // namespace

TEST_CASE("count adds one for an event without a value, and a given value sets") {
  CHECK(merge(Repeats::count, {{"a", none}, {"a", none}, {"a", none}}) == Series{{"a", 3}});
  CHECK(merge(Repeats::count, {{"a", none}, {"a", 5}, {"a", none}}) == Series{{"a", 6}});
  CHECK(merge(Repeats::count, {{"a", 5}, {"a", none}, {"a", 2.5}}) == Series{{"a", 2.5}});
  CHECK(merge(Repeats::count, {{"a", -3}, {"a", none}}) == Series{{"a", -2}});
  CHECK(merge(Repeats::count, {{"a", 1}, {"a", 1}}) == Series{{"a", 1}});
}

TEST_CASE("last always replaces") {
  CHECK(merge(Repeats::last, {{"a", 7}, {"a", none}}) == Series{{"a", 1}});
  CHECK(merge(Repeats::last, {{"a", none}, {"a", 7}, {"a", 3}}) == Series{{"a", 3}});
}

TEST_CASE("sum always adds") {
  CHECK(merge(Repeats::sum, {{"a", none}, {"a", 5}, {"a", none}}) == Series{{"a", 7}});
  CHECK(merge(Repeats::sum, {{"a", 0.5}, {"a", -2}}) == Series{{"a", -1.5}});
}

TEST_CASE("series come out in order of first appearance, the one without labels among them") {
  CHECK(merge(Repeats::count, {{"b", none}, {"", none}, {"a", 2}, {"b", none}, {"", none}, {"c", none}}) ==
        Series{{"b", 2}, {"", 2}, {"a", 2}, {"c", 1}});
}

TEST_CASE("the first event of a series, its second and those behind are told apart, and one value is asked for") {
  SeriesMerger merger;
  merger.reserve(4);
  int asked = 0;
  const auto add = [&](std::uint32_t where) {
    const auto labels_at = [](std::uint32_t) { return std::string_view("a"); };
    const auto value_at = [&asked](std::uint32_t first) {
      CHECK(first == 7);
      ++asked;
      return 10.0;
    };
    return merger.add(where, 1, std::string_view("a"), {1, false, Repeats::count}, labels_at, value_at);
  };
  CHECK(add(7) == SeriesMerger::Added::first);
  CHECK(add(8) == SeriesMerger::Added::second);
  CHECK(add(9) == SeriesMerger::Added::later);
  CHECK(asked == 1);
  CHECK(merger.value(0) == 12);
}

TEST_CASE("no events are no series") {
  CHECK(merge(Repeats::count, {}).empty());
  SeriesMerger merger;
  CHECK(merger.size() == 0);
}

TEST_CASE("NaN and Inf merge as numbers do") {
  const double inf = HUGE_VAL;
  CHECK(std::isnan(merge(Repeats::sum, {{"a", inf}, {"a", -inf}}).at(0).second));
  CHECK(std::isnan(merge(Repeats::count, {{"a", NAN}, {"a", none}}).at(0).second));
  CHECK(merge(Repeats::count, {{"a", NAN}, {"a", 2}}) == Series{{"a", 2}});
}

TEST_CASE("equal hashes do not make series equal") {
  const std::vector<Arrival> arrivals = {{"a", none}, {"b", none}, {"a", none}, {"c", 9}, {"b", 4}, {"d", none}};
  for (const std::uint64_t hash : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    CAPTURE(hash);
    CHECK(merge(Repeats::count, arrivals, [hash](const std::string&) { return hash; }) ==
          Series{{"a", 2}, {"b", 4}, {"c", 9}, {"d", 1}});
  }
}

TEST_CASE("a merger can be used again for another batch") {
  SeriesMerger merger;
  const auto labels_at = [](std::uint32_t) { return std::string_view("a"); };
  for (int batch = 1; batch <= 3; ++batch) {
    const double value = batch;
    const auto value_at = [value](std::uint32_t) { return value; };
    merger.reserve(2);
    merger.add(0, 1, std::string_view("a"), {value, true, Repeats::sum}, labels_at, value_at);
    CHECK_FALSE(merger.is_repeated(0));
    merger.add(1, 1, std::string_view("a"), {value, true, Repeats::sum}, labels_at, value_at);
    REQUIRE(merger.size() == 1);
    REQUIRE(merger.is_repeated(0));
    CHECK(merger.value(0) == 2 * batch);
  }
}

TEST_CASE("random batches come out as the model says, with good hashes and bad ones") {
  std::mt19937_64 random(5);
  const std::vector<Hash> hashes = {
      std_hash,
      [](const std::string& labels) { return std_hash(labels) % 3; },
      [](const std::string& labels) { return std_hash(labels) << 60; },
      [](const std::string& labels) { return std_hash(labels) & 0xFFFF0000u; },
      [](const std::string& labels) { return static_cast<std::uint64_t>(labels.size()); },
  };
  for (int round = 0; round < 600; ++round) {
    std::vector<Arrival> arrivals(random() % 300);
    const std::uint64_t kinds = 1 + random() % 400;
    for (Arrival& arrival : arrivals) {
      arrival.labels = "l=\"" + std::to_string(random() % kinds) + '"';
      if (random() % 3 == 0) arrival.given = static_cast<double>(random() % 100);
    }
    const auto repeats = static_cast<Repeats>(random() % 3);
    REQUIRE(merge(repeats, arrivals, hashes[random() % hashes.size()]) == model(repeats, arrivals));
  }
}

TEST_CASE("a hundred thousand different series and their repeats stay apart") {
  constexpr std::uint32_t series = 100'000;
  std::vector<std::string> labels(series);
  for (std::uint32_t i = 0; i < series; ++i) labels[i] = "id=\"" + std::to_string(i) + '"';
  SeriesMerger merger;
  merger.reserve(2 * series);
  const auto labels_at = [&labels](std::uint32_t where) -> std::string_view { return labels[where % series]; };
  for (std::uint32_t i = 0; i < 2 * series; ++i) {
    const std::string& text = labels[i % series];
    merger.add(i, std_hash(text), text, {1, false, Repeats::count}, labels_at, [](std::uint32_t) { return 1.0; });
  }
  REQUIRE(merger.size() == series);
  bool all_two = true;
  for (std::uint32_t i = 0; i < series; ++i) all_two = all_two && merger.where(i) == i && merger.value(i) == 2;
  CHECK(all_two);
}
