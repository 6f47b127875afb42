// SPDX-License-Identifier: MIT
// 100,000 bodies that are nearly JSON events, made of seeds by changes to members, tokens and bytes. Whatever is taken
// is a sample that a strict parser reads, with every scalar of the body in it: 200 means all of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event_builder.hpp"
#include "event/parameter.hpp"
#include "exposition/text_format.hpp"
#include "ingest/json_event.hpp"
#include "json/parser.hpp"
#include "support/exposition_parser.hpp"

using namespace oneshot;  // NOLINT(google-build-using-namespace)

namespace {

struct Seed {
  std::string_view name;
  std::vector<std::pair<std::string, std::string>> members;  // tokens of JSON
};

const std::vector<Seed>& seeds() {
  static const std::vector<Seed> all = {
      {"deploy", {{R"("type")", R"("deploy")"}, {R"("service")", R"("checkout")"}, {R"("value")", "42.5"}}},
      {"numbers", {{R"("a")", "1"}, {R"("b")", "-1.5e-7"}, {R"("c")", "18446744073709551615"}, {R"("d")", "1E+22"}}},
      {"words", {{R"("t")", "true"}, {R"("f")", "false"}, {R"("n")", "null"}, {R"("e")", R"("")"}}},
      {"escapes", {{R"("m")", R"("a\"b\\c\nd\t\u00e9\ud83d\ude00")"}, {R"("\u0061b")", R"("x")"}}},
      {"time", {{R"("type")", R"("x")"}, {R"("time")", R"("2026-11-26T09:30:00.5Z")"}, {R"("value")", R"("-Inf")"}}},
      {"envelope", {{R"("labels")", R"({"type":"x","n":5})"}, {R"("id")", R"("7")"}, {R"("value")", "3"}}},
      {"github", {{R"("action")", R"("completed")"}, {R"("run")", R"({"id":1,"ok":[true]})"}, {R"("number")", "7"}}},
  };
  return all;
}

constexpr std::array<std::string_view, 38> tokens = {"1e400",
                                                     "-1e400",
                                                     "1e-400",
                                                     "18446744073709551616",
                                                     "-9223372036854775809",
                                                     "0",
                                                     "-0",
                                                     "-0.0",
                                                     "00",
                                                     "1.",
                                                     ".5",
                                                     "+1",
                                                     "NaN",
                                                     "Infinity",
                                                     "nul",
                                                     "true",
                                                     "null",
                                                     "{}",
                                                     "[]",
                                                     R"({"a":1})",
                                                     "[[[[1]]]]",
                                                     R"("\ud800")",
                                                     R"("\udc00\ud800")",
                                                     R"("\u0000")",
                                                     R"("\uffff")",
                                                     "\"\xff\"",
                                                     "\"\xc0\x80\"",
                                                     "\"\xed\xa0\x80\"",
                                                     "\"\n\"",
                                                     "\"\x7f\"",
                                                     "'x'",
                                                     R"("\x41")",
                                                     R"("a,b=\"c\"} 1")",
                                                     R"("# HELP x")",
                                                     R"("NaN")",
                                                     R"("1e5")",
                                                     "\"\"",
                                                     R"("9999999999999999999999999999999999")"};
constexpr std::array<std::string_view, 16> names = {
    R"("type")", R"("value")",    R"("time")", R"("labels")", R"("id")",  R"("ttl")",     R"("timestamp")",
    R"("a-b")",  R"("__name__")", R"("")",     R"("9a")",     R"("a b")", "\"\xc3\xa9\"", R"("\u0000")",
    "a",         R"("le")"};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::string body() {
    auto members = seeds()[roll(seeds().size())].members;
    for (std::size_t change = roll(3); change > 0; --change) change_members(members);
    std::string text = "{";
    for (const auto& [name, value] : members) text += (text.size() > 1 ? "," : "") + name + blank() + ':' + value;
    text += '}';
    if (roll(4) == 0) change_bytes(text);
    return text;
  }

 private:
  std::size_t roll(std::size_t limit) { return random_() % limit; }
  const char* blank() { return roll(8) == 0 ? " \n" : ""; }

  void change_members(std::vector<std::pair<std::string, std::string>>& members) {
    const std::size_t at = roll(members.size());
    switch (roll(5)) {
      case 0:
        members[at].second = tokens[roll(tokens.size())];
        break;
      case 1:
        members[at].first = names[roll(names.size())];
        break;
      case 2:
        members.insert(members.begin() + static_cast<std::ptrdiff_t>(at), members[roll(members.size())]);
        break;
      case 3:
        members.emplace_back(names[roll(names.size())], tokens[roll(tokens.size())]);
        break;
      default:
        std::swap(members[at], members.back());
    }
  }

  void change_bytes(std::string& text) {
    constexpr std::string_view telling = "\"\\{}[]:,u0e.-\n\x01\x80\xed\xff";
    const std::size_t at = roll(text.size());
    switch (roll(3)) {
      case 0:
        text[at] = telling[roll(telling.size())];
        break;
      case 1:
        text.erase(at, 1 + roll(3));
        break;
      default:
        text.insert(at, 1, telling[roll(telling.size())]);
    }
  }

  std::mt19937 random_;
};

/// What must be in the event: the members that are labels, in no order.
std::vector<std::pair<std::string, std::string>> expected_labels(const json::Value& body) {
  const std::optional<json::Value> labels = body.member("labels");
  const bool envelope = labels && labels->kind() == json::Kind::object;
  std::vector<std::pair<std::string, std::string>> all;
  for (const json::Member& member : (envelope ? *labels : body).members()) {
    if (!envelope && event::meaning_of(member.name) != event::Parameter::label) continue;
    std::string name(member.name);
    std::ranges::replace(name, ' ', '_');
    std::string text;
    if (member.value.append_scalar(text) && !text.empty()) all.emplace_back(std::move(name), std::move(text));
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace

TEST_CASE("100,000 mutated bodies: what is taken parses and has all of the body in it") {
  constexpr unsigned first_seed = 150;
  constexpr int seeds_tried = 10;
  constexpr int bodies_of_each = 10'000;
  json::Parser parser(1 << 20);
  event::EventBuilder builder(16384);
  ingest::JsonEvent reader(builder);
  int taken = 0;
  int no_json = 0;
  for (unsigned seed = first_seed; seed < first_seed + seeds_tried; ++seed) {
    Maker maker(seed);
    for (int i = 0; i < bodies_of_each; ++i) {
      const std::string body = maker.body();
      CAPTURE(seed);
      CAPTURE(body);
      const auto value = parser.parse(body);
      if (!value) {
        ++no_json;
        continue;
      }
      builder.begin();
      const auto fed = reader.take(*value, "the body");
      const auto event = fed ? builder.finish() : Result<event::Event, event::Rejection>(Unexpected{fed.error()});
      if (!event) {
        REQUIRE(!event.error().message.empty());
        REQUIRE(event.error().message.find('\n') == std::string::npos);
        continue;
      }
      ++taken;
      std::string line;
      exposition::text_format().append_sample(line, "events_to_metrics", {event->labels}, event->value, {});
      const auto parsed = test::parse_exposition(line);
      REQUIRE_MESSAGE(parsed.has_value(), (parsed ? std::string() : parsed.error()));
      REQUIRE(parsed->families.front().samples.size() == 1);
      REQUIRE(parsed->families.front().samples.front().labels == expected_labels(*value));
    }
  }
  MESSAGE("taken " << taken << ", no JSON " << no_json);
  CHECK(taken > 30'000);
  CHECK(no_json > 10'000);
}
