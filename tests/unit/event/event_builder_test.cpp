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
#include <tuple>
#include <utility>
#include <vector>

using namespace oneshot;
using namespace std::string_view_literals;
using event::EventBuilder;
using event::IdempotencyKey;

namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string in_words(const event::Rejection& rejection) {
  return std::string(event::reason_name(rejection.reason)) + ": " + rejection.message;
}

/// The rendered labels, or "reason: message".
std::string build(Labels labels, const event::Options& options) {
  EventBuilder builder(options);
  builder.begin();
  for (const auto& [name, value] : labels)
    if (const auto taken = builder.label(name, value); !taken) return in_words(taken.error());
  const auto event = builder.finish();
  return event ? std::string(event->labels) : in_words(event.error());
}

std::string build(Labels labels, unsigned max_event_bytes = 16384) {
  return build(labels, {.max_event_bytes = max_event_bytes});
}

std::string replaced(Labels labels) { return build(labels, {.label_names = event::LabelNames::replace}); }

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
  REQUIRE(builder.label("a", "b").has_value());
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

TEST_CASE("an event of a label alone has the value 1, the default metric, no time and no key") {
  EventBuilder builder(2);
  builder.begin();
  CHECK(builder.label("a", "b").has_value());
  const auto event = builder.finish();
  REQUIRE(event.has_value());
  CHECK(event->labels == R"(a="b")");
  CHECK(event->value == 1);
  CHECK_FALSE(event->value_given);
  CHECK(event->metric.empty());
  CHECK_FALSE(event->sent_unix_ms.has_value());
  CHECK_FALSE(event->key.has_value());
}

TEST_CASE("an event without labels is refused, but for one with a metric of its own, which says what happened") {
  const std::string what = ": say what happened, as in type=deploy";
  CHECK(build({}) == "no_labels: this event has no label" + what);
  CHECK(build({{"a", ""}, {"b", ""}}) == "no_labels: every label of this event is empty" + what);
  EventBuilder builder(100);
  builder.begin();
  CHECK(builder.value(5.0).has_value());
  CHECK(builder.time(0).has_value());
  CHECK(builder.key({}).has_value());
  CHECK(in_words(builder.finish().error()) == "no_labels: this event has no label" + what);
  builder.begin();
  CHECK(builder.metric("backups").has_value());
  CHECK(builder.label("host", "").has_value());
  const auto event = builder.finish();
  REQUIRE(event.has_value());
  CHECK(event->labels.empty());
  CHECK(event->metric == "backups");
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
  CHECK(build({{"a+b", "1"}}).starts_with("bad_label_name: label name \"a+b\""));
}

TEST_CASE("value is a label's name like any other") { CHECK(build({{"value", "x"}}) == R"(value="x")"); }

TEST_CASE("what the format escapes is escaped, every other character stays") {
  CHECK(build({{"a", "\"q\""}, {"b", "\\"}, {"c", "1\n2"}}) == R"(a="\"q\"",b="\\",c="1\n2")");
  CHECK(build({{"a", "\0\x7f\r\t"sv}}) == "a=\"\0\x7f\r\t\""sv);
  CHECK(build({{"a", "ü\xF0\x9F\x94\xA5"}}) == "a=\"ü\xF0\x9F\x94\xA5\"");
}

TEST_CASE("a label with an empty value is no label") { CHECK(build({{"a", ""}, {"b", "1"}, {"c", ""}}) == R"(b="1")"); }

TEST_CASE("a label name that Prometheus refuses is refused, and the one that would work is offered") {
  for (const auto& [name, shown, good] :
       {std::tuple{"a-b"sv, "a-b", "a_b"},
        {"1a"sv, "1a", "_1a"},
        {"a:b"sv, "a:b", "a_b"},
        {"app.kubernetes.io/name"sv, "app.kubernetes.io/name", "app_kubernetes_io_name"},
        {"__a-b"sv, "__a-b", "_a_b"},
        {"ü"sv, "ü", "_"},
        {"a\0"sv, "a\\x00", "a_"},
        {"\xFF"sv, "\\xFF", "_"},
        {"\""sv, "\\\"", "_"},
        {"a\nb"sv, "a\\nb", "a_b"}})
    CHECK(build({{name, "1"}}) == std::string("bad_label_name: label name \"") + shown +
                                      "\" may hold only letters, digits and _ (and not begin with a digit): \"" + good +
                                      "\" would work");
  CHECK(build({{"", "x"}}) == "bad_label_name: a label has no name: that with the value \"x\"");
}

TEST_CASE("a label name of Prometheus' own is refused") {
  const auto refused = [](const std::string& name, const std::string& good) {
    return "bad_label_name: label name \"" + name +
           "\" may not begin with __ (Prometheus keeps such names for itself): \"" + good + "\" would work";
  };
  CHECK(build({{"__name__", "x"}}) == refused("__name__", "_name__"));
  CHECK(build({{"__", ""}}) == refused("__", "_"));
  CHECK(build({{"  a", "x"}}) == refused("__a", "_a"));
  CHECK(build({{"_", "x"}, {"a__", "y"}, {"_a_", "z"}}) == R"(_="x",_a_="z",a__="y")");
}

TEST_CASE("blanks in a name become underscores") {
  CHECK(build({{"my label", "1"}, {"my other one", "2"}, {" x", "3"}}) == R"(_x="3",my_label="1",my_other_one="2")");
  CHECK(build({{"a b-c", "1"}}).starts_with("bad_label_name: label name \"a_b-c\""));
}

TEST_CASE("names are replaced where that is asked for, and never by one of Prometheus' own") {
  for (const auto& [name, good] : {std::pair{"app.kubernetes.io/name"sv, "app_kubernetes_io_name"},
                                   {"pod-template-hash"sv, "pod_template_hash"},
                                   {"a--b"sv, "a__b"},
                                   {"größe"sv, "gr__e"},
                                   {"a\xF0\x9F\x94\xA5z"sv, "a_z"},
                                   {"a\xFF\xFEz"sv, "a__z"},
                                   {"1st"sv, "_1st"},
                                   {"9"sv, "_9"},
                                   {"-1"sv, "_1"},
                                   {"__name__"sv, "_name__"},
                                   {"--x"sv, "_x"},
                                   {" _x"sv, "_x"},
                                   {"___"sv, "_"},
                                   {"a b"sv, "a_b"},
                                   {"\0"sv, "_"}})
    CHECK(replaced({{name, "1"}}) == std::string(good) + "=\"1\"");
  CHECK(replaced({{"a.b", "1"}, {"good", "2"}, {"c/d", "3"}, {"1e", "4"}}) == R"(_1e="4",a_b="1",c_d="3",good="2")");
  CHECK(replaced({{"", "1"}}) == "bad_label_name: a label has no name: that with the value \"1\"");
}

TEST_CASE("what is asked for when the event begins goes before the options") {
  EventBuilder builder({.label_names = event::LabelNames::replace});
  builder.begin(event::LabelNames::strict);
  CHECK_FALSE(builder.label("a-b", "1").has_value());
  builder.begin();
  CHECK(builder.label("a-b", "1").has_value());
  builder.use({});
  builder.begin();
  CHECK_FALSE(builder.label("a-b", "1").has_value());
  builder.begin(event::LabelNames::replace);
  CHECK(builder.label("a-b", "1").has_value());
}

TEST_CASE("two names that become one are refused, and both are named") {
  CHECK(replaced({{"a.b", "1"}, {"a/b", "2"}}) ==
        "duplicate_label: label names \"a.b\" and \"a/b\" both become \"a_b\"");
  CHECK(replaced({{"x", "1"}, {"a-b", ""}, {"a_b", "2"}}) ==
        "duplicate_label: label names \"a-b\" and \"a_b\" both become \"a_b\"");
  CHECK(replaced({{"a-b", "1"}, {"a-b", "1"}}) == "duplicate_label: label \"a-b\" is given twice");
  CHECK(build({{"a b", "1"}, {"a_b", "2"}}) == "duplicate_label: label names \"a b\" and \"a_b\" both become \"a_b\"");
}

TEST_CASE("as many replaced names as fit into an event are there") {
  EventBuilder builder({.label_names = event::LabelNames::replace, .max_event_bytes = 4096});
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> names;
    for (int i = 0; i < 1000; ++i) names.push_back(std::to_string(i));
    builder.begin();
    for (const std::string& name : names) CHECK(builder.label(name, "v").has_value());
    const auto event = builder.finish();
    REQUIRE(event.has_value());
    CHECK(event->labels.starts_with(R"(_0="v",_1="v",_10="v",_100="v",)"));
    CHECK(event->labels.ends_with(R"(,_998="v",_999="v")"));
  }
}

TEST_CASE("the number of labels has a limit where somebody sets one, and empty ones do not count") {
  const event::Options two{.max_labels = 2};
  CHECK(build({{"a", "1"}, {"b", "2"}}, two) == R"(a="1",b="2")");
  CHECK(build({{"a", "1"}, {"b", ""}, {"c", "3"}, {"d", ""}}, two) == R"(a="1",c="3")");
  CHECK(build({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", ""}}, two) ==
        "over_limit: this event has 3 labels, over the 2 of max_labels");
}

TEST_CASE("the length of a name has a limit where somebody sets one, as the name goes out") {
  const event::Options four{.label_names = event::LabelNames::replace, .max_label_name_bytes = 4};
  CHECK(build({{"abcd", "1"}, {"größ", "2"}}, four) == R"(abcd="1",gr__="2")");
  CHECK(build({{"abcde", "1"}}, four) ==
        "over_limit: label name \"abcde\" has 5 bytes, over the 4 of max_label_name_bytes");
  CHECK(build({{"1234", ""}}, four) ==
        "over_limit: label name \"_1234\" has 5 bytes, over the 4 of max_label_name_bytes");
}

TEST_CASE("a value over its limit is refused, or cut at a character with a mark") {
  event::Options options{.max_label_value_bytes = 16};
  const std::string umlauts = "üüüüüüüü";  // 16 bytes
  CHECK(build({{"a", "0123456789abcdef"}, {"b", umlauts}}, options) == R"(a="0123456789abcdef",b=")" + umlauts + '"');
  CHECK(build({{"a", "0123456789abcdefg"}}, options) ==
        "over_limit: label \"a\": the value has 17 bytes, over the 16 of max_label_value_bytes");
  options.long_values = event::LongValues::truncate;
  CHECK(build({{"a", "0123456789abcdefg"}}, options) == R"(a="0123456789abc…")");
  CHECK(build({{"a", "0123456789abcdef"}}, options) == R"(a="0123456789abcdef")");
  CHECK(build({{"a", umlauts + 'x'}, {"b", "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""}}, options) ==
        R"(a="üüüüüü…",b="\"\"\"\"\"\"\"\"\"\"\"\"\"…")");
  CHECK(build({{"a", std::string(100'000, 'x')}}, options) == R"(a="xxxxxxxxxxxxx…")");  // counted as cut
  CHECK(build({{"a", "0123456789abcdef\xFF"}}, options) ==
        "bad_utf8: label \"a\": the value is not valid UTF-8 (byte 17)");
  options.max_event_bytes = 70;
  CHECK(build({{"a", std::string(20, 'x')},
               {"b", std::string(20, 'x')},
               {"c", std::string(20, 'x')},
               {"d", std::string(20, 'x')}},
              options)
            .ends_with(R"(d="xxxxxxxxxxxxx…")"));
  options.max_event_bytes = 67;
  CHECK(build({{"a", std::string(20, 'x')},
               {"b", std::string(20, 'x')},
               {"c", std::string(20, 'x')},
               {"d", std::string(20, 'x')}},
              options)
            .starts_with("too_large: "));
}

TEST_CASE("a sender's time may be a text, and is refused where nobody would see it if that is asked for") {
  EventBuilder builder(100);
  builder.begin();
  CHECK(builder.label("a", "b").has_value());
  CHECK(builder.time("2026-11-26T09:30:00Z").has_value());
  CHECK(builder.finish()->sent_unix_ms == 1'795'685'400'000);
  CHECK(in_words(builder.time("1").error()) == "duplicate_label: time is given twice");
  CHECK(in_words(builder.time("noon").error()) ==
        "bad_time: time \"noon\" must be RFC 3339, such as 2026-11-26T09:30:00Z, or seconds since 1970");
  builder.use({.sender_time = event::SenderTime::refuse});
  builder.begin();
  const std::string refused = "bad_time: this server does not take a sender's time (sender_time): leave it out";
  CHECK(in_words(builder.time("1").error()) == refused);
  CHECK(in_words(builder.time(1).error()) == refused);
}

TEST_CASE("a parameter is what its name means") {
  using event::Parameter;
  EventBuilder builder(100);
  builder.begin();
  CHECK(builder.parameter("type", "x").has_value());
  CHECK(builder.parameter("value", "2").has_value());
  CHECK(builder.parameter("time", "3").has_value());
  CHECK(in_words(builder.parameter("timestamp", "3").error()).starts_with("bad_time: timestamp is no label"));
  CHECK(in_words(builder.parameter("ttl", "3").error()).starts_with("bad_parameter: ttl is no label"));
  const auto event = builder.finish();
  REQUIRE(event.has_value());
  CHECK(event->labels == R"(type="x")");
  CHECK(event->value == 2);
  CHECK(event->sent_unix_ms == 3000);
  for (const std::string_view name :
       {"", "tim", "times", "tile", "valu", "Value", "ttx", "timestamps", "a_longer_name"})
    CHECK(builder.meaning_of(name) == Parameter::label);
  builder.use({.plain_labels = {"time"}});
  CHECK(builder.meaning_of("time") == Parameter::label);
  CHECK(builder.meaning_of("ttl") == Parameter::ttl);
  CHECK(builder.meaning_of("value") == Parameter::value);
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
  CHECK(value_of("Infinity") == std::numeric_limits<double>::infinity());
  CHECK(value_of("1e-999") == 0);
  CHECK(std::isnan(value_of("nan")));
  const std::string rule = ": allowed are decimal numbers, NaN and Inf";
  CHECK(refusal_of_value("") == "bad_value: value is empty" + rule);
  for (const char* const text : {"abc", " 5", "1e 5", "0x10", "1_000", "infinit", "1,5", "--1", "5 "})
    CHECK(refusal_of_value(text) == std::string("bad_value: value \"") + text + "\" is not a number" + rule);
  for (const char* const text : {"1e999", "-1e999"})
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
  builder.use({.max_event_bytes = 4});
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
