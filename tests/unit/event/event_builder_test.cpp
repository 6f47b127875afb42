// SPDX-License-Identifier: MIT
// The checks of an event, one by one and without any encoding of the parts.
#include "event/event_builder.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

using namespace oneshot;
using namespace std::string_view_literals;
using event::EventBuilder;
using event::IdempotencyKey;
using event::Reason;

namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string in_words(const event::Rejection& rejection) {
  return std::string(event::reason_name(rejection.reason)) + ": " + rejection.message;
}

/// The rendered labels, or "reason: message".
std::string build(Labels labels, std::size_t max_event_bytes = 16384) {
  EventBuilder builder(max_event_bytes);
  builder.begin();
  for (const auto& [name, value] : labels)
    if (const auto taken = builder.label(name, value); !taken) return in_words(taken.error());
  const auto event = builder.finish();
  return event ? std::string(event->labels) : in_words(event.error());
}

std::string refusal_of_value(std::string_view number) {
  EventBuilder builder(16384);
  builder.begin();
  const auto taken = builder.value(number);
  REQUIRE_FALSE(taken.has_value());
  return in_words(taken.error());
}

double value_of(std::string_view number) {
  EventBuilder builder(16384);
  builder.begin();
  REQUIRE(builder.value(number).has_value());
  const auto event = builder.finish();
  REQUIRE(event.has_value());
  CHECK(event->value_given);
  return event->value;
}

std::string refusal_of_metric(std::string_view name) {
  EventBuilder builder(16384);
  builder.begin();
  const auto taken = builder.metric(name);
  REQUIRE_FALSE(taken.has_value());
  return in_words(taken.error());
}

}  // namespace

TEST_CASE("an event of no parts has no labels, the value 1, the default metric, no time and no key") {
  EventBuilder builder(0);
  builder.begin();
  const auto event = builder.finish();
  REQUIRE(event.has_value());
  CHECK(event->labels.empty());
  CHECK(event->value == 1);
  CHECK_FALSE(event->value_given);
  CHECK(event->metric.empty());
  CHECK_FALSE(event->sent_unix_ms.has_value());
  CHECK_FALSE(event->key.has_value());
}

TEST_CASE("an event carries its metric, its sender's time and its key") {
  EventBuilder builder(100);
  builder.begin();
  CHECK(builder.key({.high = 1, .low = 2}).has_value());
  CHECK(builder.time(-5).has_value());
  {
    const std::string passing = "deploys:total";
    CHECK(builder.metric(passing).has_value());
  }
  CHECK(builder.label("type", "deploy").has_value());
  CHECK(builder.value(2.5).has_value());
  const auto event = builder.finish();
  REQUIRE(event.has_value());
  CHECK(event->labels == R"(type="deploy")");
  CHECK(event->value == 2.5);
  CHECK(event->value_given);
  CHECK(event->metric == "deploys:total");
  CHECK(event->sent_unix_ms == -5);
  CHECK(event->key == IdempotencyKey{1, 2});
  CHECK(event->key != IdempotencyKey{2, 1});
}

TEST_CASE("labels are sorted by name, in whatever order they come") {
  CHECK(build({{"type", "deploy"}, {"service", "checkout"}}) == R"(service="checkout",type="deploy")");
  CHECK(build({{"b", "1"}, {"B", "2"}, {"_b", "3"}, {"b1", "4"}, {"a", "5"}}) == R"(B="2",_b="3",a="5",b="1",b1="4")");
}

TEST_CASE("nothing in a name or a value is decoded") {
  CHECK(build({{"a", "x+y%20z&b=c"}}) == R"(a="x+y%20z&b=c")");
  CHECK(build({{"%61", "1"}}).starts_with("bad_label_name: label name \"%61\""));
  CHECK(build({{"a b", "1"}}).starts_with("bad_label_name: label name \"a b\""));
}

TEST_CASE("value is a label's name like any other") { CHECK(build({{"value", "x"}}) == R"(value="x")"); }

TEST_CASE("what the format escapes is escaped, every other character stays") {
  CHECK(build({{"a", "\"q\""}, {"b", "\\"}, {"c", "1\n2"}}) == R"(a="\"q\"",b="\\",c="1\n2")");
  CHECK(build({{"a", "\0\x7f\r\t"sv}}) == "a=\"\0\x7f\r\t\""sv);
  CHECK(build({{"a", "ü\xF0\x9F\x94\xA5"}}) == "a=\"ü\xF0\x9F\x94\xA5\"");
}

TEST_CASE("a label with an empty value is no label") {
  CHECK(build({{"a", ""}, {"b", "1"}, {"c", ""}}) == R"(b="1")");
  CHECK(build({{"a", ""}}).empty());
}

TEST_CASE("a label name that Prometheus refuses is refused") {
  const std::string rule = " may hold only letters, digits and _ (and not begin with a digit)";
  for (const auto& [name, shown] : {std::pair{"a-b"sv, "a-b"},
                                    {"1a"sv, "1a"},
                                    {"a:b"sv, "a:b"},
                                    {"ü"sv, "ü"},
                                    {"a\0"sv, "a\\x00"},
                                    {"\xFF"sv, "\\xFF"},
                                    {"\""sv, "\\\""},
                                    {"a\nb"sv, "a\\nb"}})
    CHECK(build({{name, "1"}}) == std::string("bad_label_name: label name \"") + shown + '"' + rule);
  CHECK(build({{"", "x"}}) == "bad_label_name: a label has no name");
}

TEST_CASE("a label name of Prometheus' own is refused") {
  const std::string rule = " may not begin with __ (Prometheus keeps such names for itself)";
  CHECK(build({{"__name__", "x"}}) == "bad_label_name: label name \"__name__\"" + rule);
  CHECK(build({{"__", ""}}) == "bad_label_name: label name \"__\"" + rule);
  CHECK(build({{"_", "x"}, {"a__", "y"}, {"_a_", "z"}}) == R"(_="x",_a_="z",a__="y")");
}

TEST_CASE("a name that Prometheus refuses becomes one that it takes, where that is wanted") {
  const auto becomes = [](std::string_view name) {
    EventBuilder builder(16384);
    builder.begin(event::LabelNames::replace);
    REQUIRE(builder.label(name, "x").has_value());
    const auto event = builder.finish();
    REQUIRE(event.has_value());
    return std::string(event->labels.substr(0, event->labels.find('=')));
  };
  CHECK(becomes("app.kubernetes.io/name") == "app_kubernetes_io_name");
  CHECK(becomes("pod-template-hash") == "pod_template_hash");
  CHECK(becomes("9lives") == "_9lives");
  CHECK(becomes("__name__") == "_name__");
  CHECK(becomes("-.-x") == "_x");
  CHECK(becomes("größe") == "gr__e");  // one for each character, of however many bytes
  CHECK(becomes("é") == "_");
  CHECK(becomes("fine_name") == "fine_name");
}

TEST_CASE("two names that become one are refused") {
  EventBuilder builder(16384);
  builder.begin(event::LabelNames::replace);
  REQUIRE(builder.label("a.b", "1").has_value());
  REQUIRE(builder.label("a-b", "2").has_value());
  const auto event = builder.finish();
  REQUIRE_FALSE(event.has_value());
  CHECK(event.error().reason == Reason::duplicate_label);
}

TEST_CASE("a label value that is not UTF-8 is refused, with the place") {
  CHECK(build({{"x",
                "ab\xFF"
                "c"}}) == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 3)");
  CHECK(build({{"x", "1234567890\xED\xA0\x80"}}) == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 11)");
}

TEST_CASE("a label given twice is refused, be it once empty") {
  CHECK(build({{"type", "a"}, {"x", "1"}, {"type", "b"}}) == "duplicate_label: label \"type\" is given twice");
  CHECK(build({{"type", "a"}, {"type", "a"}}) == "duplicate_label: label \"type\" is given twice");
  CHECK(build({{"type", ""}, {"type", "a"}}) == "duplicate_label: label \"type\" is given twice");
}

TEST_CASE("what an event has once is refused the second time") {
  EventBuilder builder(100);
  builder.begin();
  CHECK(builder.value("1").has_value());
  CHECK(in_words(builder.value("1").error()) == "duplicate_label: value is given twice");
  CHECK(in_words(builder.value(1.0).error()) == "duplicate_label: value is given twice");
  CHECK(builder.metric("m").has_value());
  CHECK(in_words(builder.metric("m").error()) == "duplicate_label: metric is given twice");
  CHECK(builder.time(1).has_value());
  CHECK(in_words(builder.time(1).error()) == "duplicate_label: time is given twice");
  CHECK(builder.key({}).has_value());
  CHECK(in_words(builder.key({}).error()) == "duplicate_label: idempotency key is given twice");
}

TEST_CASE("a value is a decimal number, NaN or Inf") {
  CHECK(value_of("42.5") == 42.5);
  CHECK(value_of("+1.5e+3") == 1500);
  CHECK(value_of("-iNf") == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(value_of("nan")));
  const std::string rule = ": allowed are decimal numbers, NaN and Inf";
  CHECK(refusal_of_value("") == "bad_value: value is empty" + rule);
  for (const char* const text : {"abc", " 5", "1e 5", "0x10", "1_000", "infinity", "1,5", "--1", "5 "})
    CHECK(refusal_of_value(text) == std::string("bad_value: value \"") + text + "\" is not a number" + rule);
  for (const char* const text : {"1e999", "-1e-999"})
    CHECK(refusal_of_value(text).find("does not fit into a 64-bit floating-point number") != std::string::npos);
}

TEST_CASE("a metric name that Prometheus refuses is refused") {
  const std::string rule = " may hold only letters, digits, _ and : (and not begin with a digit)";
  CHECK(refusal_of_metric("a-b") == "bad_label_name: metric name \"a-b\"" + rule);
  CHECK(refusal_of_metric("1a") == "bad_label_name: metric name \"1a\"" + rule);
  CHECK(refusal_of_metric("m{a=\"b\"} 1\nup") == "bad_label_name: metric name \"m{a=\\\"b\\\"} 1\\nup\"" + rule);
  CHECK(refusal_of_metric("m\0"sv) == "bad_label_name: metric name \"m\\x00\"" + rule);
  CHECK(refusal_of_metric("") == "bad_label_name: the metric has no name");
}

TEST_CASE("names and texts together may take max_event_bytes, and no byte more") {
  const std::string rule = "too_large: the names and values of an event may take 10 bytes (max_event_bytes)";
  CHECK(build({{"abcd", "1"}, {"e", "1234"}}, 10) == R"(abcd="1",e="1234")");
  CHECK(build({{"abcd", "1"}, {"e", "12345"}}, 10).starts_with(rule));
  CHECK(build({{"abcdefghijk", ""}}, 10).starts_with(rule));
  CHECK(build({{"", "12345678901"}}, 10).starts_with(rule));
  CHECK(build({{"a", "\"\"\"\"\"\"\"\"\""}}, 10) == R"(a="\"\"\"\"\"\"\"\"\"")");
  EventBuilder builder(10);
  builder.begin();
  CHECK(builder.value("12345").has_value());
  CHECK(in_words(builder.metric("m").error()).starts_with(rule));
  builder.begin();
  CHECK(in_words(builder.value("123456").error()).starts_with(rule));
  builder.begin();
  CHECK(builder.metric("five5").has_value());
  CHECK(builder.value(1e300).has_value());
  CHECK(builder.finish().has_value());
  builder.set_max(4);
  builder.begin();
  CHECK_FALSE(builder.value(1.0).has_value());
}

TEST_CASE("nothing of one event shows in the next, finished or refused") {
  EventBuilder builder(1000);
  for (const bool finished : {true, false}) {
    builder.begin();
    CHECK(builder.label("a", "\"1\"").has_value());
    CHECK(builder.value("5").has_value());
    CHECK(builder.metric("m").has_value());
    CHECK(builder.time(7).has_value());
    CHECK(builder.key({1, 2}).has_value());
    if (finished) {
      CHECK(builder.finish().has_value());
    } else {
      CHECK_FALSE(builder.label("a-b", "1").has_value());
    }
    builder.begin();
    CHECK(builder.label("e", "3").has_value());
    const auto event = builder.finish();
    REQUIRE(event.has_value());
    CHECK(event->labels == R"(e="3")");
    CHECK(event->value == 1);
    CHECK_FALSE(event->value_given);
    CHECK(event->metric.empty());
    CHECK_FALSE(event->sent_unix_ms.has_value());
    CHECK_FALSE(event->key.has_value());
  }
}
