// SPDX-License-Identifier: MIT
// What must hold for any parts, however a parser came by them: an event that the builder lets through is a line that a
// strict parser reads back as it was meant, and an event that the builder refuses has one short line that says why.
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_builder.hpp"
#include "exposition/text_format.hpp"
#include "support/exposition_parser.hpp"

using namespace oneshot;
using event::EventBuilder;

namespace {

using Random = std::mt19937_64;

/// One part of an event: what is called, and with what.
struct Part {
  enum class Kind { label, number, real, metric, time } kind;
  std::string name;
  std::string text;
  double real = 0;
};

template <std::size_t N>
std::string pick_some(Random& random, const std::array<std::string_view, N>& pieces, std::size_t most) {
  std::string out;
  for (std::size_t n = random() % (most + 1); n > 0; --n) out += pieces[random() % N];
  return out;
}

std::string random_name(Random& random) {
  static constexpr std::array<std::string_view, 16> pieces = {"a", "b", "c", "_",  "A",    "z9", "job", "le",
                                                              "x", "y", ":", "__", "\xC3", "\n", "-",   "7"};
  return random() % 4 != 0 ? std::string(pieces[random() % 10]) + std::string(pieces[random() % 3])
                           : pick_some(random, pieces, 3);
}

std::string random_text(Random& random) {
  static constexpr std::array<std::string_view, 16> pieces = {"x",  "\"",    "\\",           "\n",      "\r", "ü",
                                                              "{}", "\",b",  "\xE2\x82\xAC", "\x7F",    "%",  "+",
                                                              " ",  "# EOF", "\xFF",         "\xE2\x82"};
  return random() % 4 != 0 ? std::string(pieces[random() % 14]) : pick_some(random, pieces, 4);
}

Part random_part(Random& random) {
  switch (random() % 8) {
    case 0: {
      static constexpr std::array<std::string_view, 8> pieces = {"1", ".5", "e", "-", "+", " ", "nan", "Inf"};
      return {Part::Kind::number, {}, pick_some(random, pieces, 3)};
    }
    case 1:
      return {Part::Kind::real, {}, {}, std::bit_cast<double>(random())};
    case 2:
      return {Part::Kind::metric, random_name(random), {}};
    case 3:
      return {Part::Kind::time, {}, {}};
    default:
      return {Part::Kind::label, random_name(random), random_text(random)};
  }
}

EventBuilder::Taken add(EventBuilder& builder, const Part& part) {
  switch (part.kind) {
    case Part::Kind::label:
      return builder.label(part.name, part.text);
    case Part::Kind::number:
      return builder.value(part.text);
    case Part::Kind::real:
      return builder.value(part.real);
    case Part::Kind::metric:
      return builder.metric(part.name);
    case Part::Kind::time:
      return builder.time(1'700'000'000'000);
  }
  return {};
}

Result<event::Event, event::Rejection> build(EventBuilder& builder, const std::vector<Part>& parts) {
  builder.begin();
  for (const Part& part : parts)
    if (auto taken = add(builder, part); !taken) return Unexpected{taken.error()};
  return builder.finish();
}

void check_line(const event::Event& event, const std::vector<Part>& parts) {
  const std::string_view metric = event.metric.empty() ? "events_to_metrics" : event.metric;
  std::string line;
  exposition::text_format().append_sample(line, metric, {event.labels}, event.value, event.sent_unix_ms);
  const auto parsed = test::parse_exposition(line);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
  REQUIRE(parsed->families.size() == 1);
  REQUIRE(parsed->families[0].samples.size() == 1);
  const test::ParsedSample& sample = parsed->families[0].samples[0];
  std::map<std::string, std::string> labels;
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::label && !part.text.empty()) labels.emplace(part.name, part.text);
    if (part.kind == Part::Kind::metric) REQUIRE(metric == part.name);
  }
  REQUIRE(sample.name == metric);
  REQUIRE(sample.labels == decltype(sample.labels)(labels.begin(), labels.end()));
  REQUIRE((sample.value == event.value || (std::isnan(sample.value) && std::isnan(event.value))));
  REQUIRE(sample.timestamp_ms == event.sent_unix_ms);
}

}  // namespace

TEST_CASE("an event of random parts is a line that reads back as it was meant, or a refusal in one line") {
  Random random(13);
  EventBuilder builder(16384);
  int taken = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<Part> parts;
    for (std::size_t n = random() % 6; n > 0; --n) parts.push_back(random_part(random));
    const auto event = build(builder, parts);
    if (event) {
      ++taken;
      check_line(*event, parts);
      continue;
    }
    ++refused;
    REQUIRE_FALSE(event.error().message.empty());
    for (const char c : event.error().message) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
  }
  CHECK(taken > 3000);
  CHECK(refused > 3000);
}

TEST_CASE("an event whose random names are replaced and whose values are cut is a line with as many labels") {
  constexpr unsigned longest = 16;
  Random random(14);
  EventBuilder builder({.label_names = event::LabelNames::replace,
                        .max_label_value_bytes = longest,
                        .long_values = event::LongValues::truncate});
  int taken = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<Part> parts;
    std::size_t labels = 0;
    for (std::size_t n = random() % 4 + 1; n > 0; --n) {
      Part part{Part::Kind::label, random_name(random), random_text(random)};
      for (std::size_t times = random() % 8; times > 0; --times) part.text += part.text.substr(0, 4);
      labels += part.text.empty() ? 0U : 1U;
      parts.push_back(part);
    }
    const auto event = build(builder, parts);
    if (!event) continue;
    ++taken;
    std::string line;
    exposition::text_format().append_sample(line, "m", {event->labels}, event->value);
    const auto parsed = test::parse_exposition(line);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
    const auto& sample = parsed->families.at(0).samples.at(0);
    REQUIRE(sample.labels.size() == labels);
    for (const auto& [name, value] : sample.labels) {
      REQUIRE_FALSE(name.starts_with("__"));
      REQUIRE(value.size() <= longest);
    }
  }
  CHECK(taken > 3000);
}
