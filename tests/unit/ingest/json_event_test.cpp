// SPDX-License-Identifier: MIT
#include "ingest/json_event.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "event/options.hpp"
#include "json/parser.hpp"
#include "unit/ingest/read_event.hpp"

using namespace oneshot;  // NOLINT(google-build-using-namespace)
using event::Reason;

namespace {

using ingest::test::Read;

Read read(const std::string& body, const event::Options& options = {}) {
  json::Parser parser(1 << 20);
  event::EventBuilder builder(options);
  ingest::JsonEvent reader(builder);
  const auto value = parser.parse(body);
  REQUIRE_MESSAGE(value.has_value(), body);
  builder.begin();
  const auto taken = reader.take(*value, "the body");
  return ingest::test::finish(builder, taken, reader.id());
}

std::string labels(const std::string& body) {
  const Read event = read(body);
  REQUIRE_MESSAGE(event.refused.empty(), body);
  return event.labels;
}

std::string refused(const std::string& body) {
  const Read event = read(body);
  REQUIRE_MESSAGE(!event.refused.empty(), body);
  return event.refused;
}

}  // namespace

TEST_CASE("a flat object: each member is a label, but for value and time") {
  const Read event = read(R"({"type":"deploy","service":"checkout","value":42.5,"time":"2026-11-26T09:30:00Z"})");
  CHECK(event.labels == R"(service="checkout",type="deploy")");
  CHECK(event.value == 42.5);
  CHECK(event.value_given);
  CHECK(event.time == 1795685400000);
  CHECK(event.id.empty());
}

TEST_CASE("numbers, true and false are label values; null and an empty text are none") {
  CHECK(labels(R"({"a":1,"b":1.50,"c":true,"d":false,"e":18446744073709551615,"f":-3,"g":1e3,"h":null,"i":""})") ==
        R"(a="1",b="1.5",c="true",d="false",e="18446744073709551615",f="-3",g="1000")");
}

TEST_CASE("texts keep what JSON says they are") {
  CHECK(labels(R"({"a":"\u00e9\ud83d\ude00","b":"x\ny\\","c":"\""})") == "a=\"é😀\",b=\"x\\ny\\\\\",c=\"\\\"\"");
  CHECK(labels("{\"a\\u0062\":\"x\\u0000y\"}") == std::string("ab=\"x\0y\"", 8));
}

TEST_CASE("the value is a number, or a text as a form has it") {
  CHECK(read(R"({"a":1,"value":"-Inf"})").value < -1e300);
  CHECK(read(R"({"a":1,"value":"3"})").value == 3);
  CHECK(!read(R"({"a":1,"value":null})").value_given);
  CHECK(refused(R"({"a":1,"value":""})").starts_with("value is empty"));
  CHECK(refused(R"({"a":1,"value":true})") == "value is true or false: it must be a number or a text");
  CHECK(refused(R"({"a":1,"value":[1]})") == "value is a list: it must be a number or a text");
  CHECK(read(R"({"a":1,"value":true})").reason == Reason::bad_value);
  CHECK(refused(R"({"a":1,"value":"five"})").find("is not a number") != std::string::npos);
  CHECK(refused(R"({"a":1,"value":1,"value":2})") == "value is given twice");
  CHECK(refused(R"({"a":1,"value":null,"value":2})") == "value is given twice");
}

TEST_CASE("the time is RFC 3339, or seconds as a number or a text") {
  CHECK(read(R"({"a":1,"time":1795685400.25})").time == 1795685400250);
  CHECK(read(R"({"a":1,"time":1795685400})").time == 1795685400000);
  CHECK(read(R"({"a":1,"time":"1795685400.25"})").time == 1795685400250);
  CHECK(read(R"({"a":1,"time":1795000000.0})").time == 1795000000000);
  CHECK(read(R"({"a":1,"time":1.795e9})").time == 1795000000000);
  CHECK(read(R"({"a":1,"time":null})").time == -1);
  CHECK(read(R"({"a":1,"time":""})").reason == Reason::bad_time);
  CHECK(refused(R"({"a":1,"time":"2026-11-26T09:30:00"})").ends_with("(the offset is missing: Z for UTC, or +01:00)"));
  CHECK(read(R"({"a":1,"time":{}})").reason == Reason::bad_time);
  CHECK(read(R"({"a":1,"time":"noon"})").reason == Reason::bad_time);
  CHECK(refused(R"({"a":1,"time":1,"time":null})") == "time is given twice");
}

TEST_CASE("timestamp and ttl are refused, as in a form, unless they are made labels") {
  CHECK(refused(R"({"a":1,"timestamp":5})").find("timestamp is no label") != std::string::npos);
  CHECK(refused(R"({"a":1,"ttl":5})").find("ttl is no label") != std::string::npos);
  event::Options options;
  options.plain_labels = {"time", "timestamp", "ttl"};
  CHECK(read(R"({"time":1,"timestamp":2,"ttl":3})", options).labels == R"(time="1",timestamp="2",ttl="3")");
}

TEST_CASE("an object or a list is no label value") {
  const std::string words = ": only texts, numbers, true and false are label values";
  CHECK(refused(R"({"a":{}})").starts_with("label \"a\" is an object" + words));
  CHECK(refused(R"({"a":[1,2]})").starts_with("label \"a\" is a list" + words));
  CHECK(refused(R"({"labels":[1,2]})").starts_with("label \"labels\" is a list" + words));
  CHECK(read(R"({"a":{}})").reason == Reason::bad_body);
}

TEST_CASE("what is no object is no event") {
  CHECK(refused("[]") == R"(the body is a list, and an event is an object: write {"type":"deploy"})");
  CHECK(refused("7") == R"(the body is a number, and an event is an object: write {"type":"deploy"})");
  CHECK(refused("null") == R"(the body is null, and an event is an object: write {"type":"deploy"})");
  CHECK(read("{}").reason == Reason::no_labels);
  CHECK(read(R"({"value":3})").reason == Reason::no_labels);
  CHECK(read(R"({"a":null})").reason == Reason::no_labels);
}

TEST_CASE("a doubled key is refused, null or not") {
  for (const char* const body : {R"({"a":1,"a":1})", R"({"a":null,"a":1})", R"({"a":"","a":null})",
                                 R"({"a":1,"\u0061":2})", R"({"labels":{"a":1,"a":2}})"}) {
    const Read event = read(body);
    CHECK_MESSAGE(event.reason == Reason::duplicate_label, body);
    CHECK_MESSAGE(event.refused == "label \"a\" is given twice", body);
  }
}

TEST_CASE("an envelope: labels whatever their names, and value, time and id beside them") {
  const Read event =
      read(R"({"id":"build 7","labels":{"type":"deploy","id":"8","time":"noon","value":"x"},"value":2,"time":5})");
  CHECK(event.labels == R"(id="8",time="noon",type="deploy",value="x")");
  CHECK(event.value == 2);
  CHECK(event.time == 5000);
  CHECK(event.id == "build 7");
  CHECK(read(R"({"id":17,"labels":{"a":1}})").id == "17");
  CHECK(read(R"({"id":null,"labels":{"a":1}})").id.empty());
  CHECK(refused(R"({"id":"","labels":{"a":1}})") == "the id is empty: leave it out, or tell the event from all others");
  CHECK(read(R"({"id":1e5,"labels":{"a":1}})").id == "100000");
}

TEST_CASE("an envelope takes nothing else, and nothing twice") {
  CHECK(refused(R"({"labels":{"a":1},"service":"x"})") ==
        R"(beside "labels" only "value", "time" and "id" may stand, not "service": move it into "labels")");
  CHECK(refused(R"({"service":"x","labels":{"a":1}})").starts_with("beside"));
  CHECK(refused(R"({"labels":{"a":1},"labels":{"b":1}})") == "labels is given twice");
  CHECK(refused(R"({"labels":{"a":1},"labels":7})") == "labels is given twice");
  CHECK(refused(R"({"labels":{"a":1},"id":"1","id":"1"})") == "id is given twice");
  CHECK(refused(R"({"labels":{"a":1},"id":true})") == "id is true or false: it must be a number or a text");
  CHECK(read(R"({"labels":{"a":1},"id":")" + std::string(256, 'x') + "\"}").reason == Reason::bad_key);
  CHECK(read(R"({"labels":{"a":1},"id":")" + std::string(255, 'x') + "\"}").refused.empty());
  CHECK(refused(R"({"labels":{"a":{"b":1}}})").starts_with("label \"a\" is an object"));
}

TEST_CASE("labels that is null is an envelope without labels") {
  CHECK(read(R"({"labels":null,"value":2,"id":"5"})").reason == Reason::no_labels);
  CHECK(refused(R"({"labels":null,"type":"x"})").starts_with("beside \"labels\""));
  CHECK(refused(R"({"labels":null,"labels":{"a":1}})") == "labels is given twice");
  CHECK(refused(R"({"labels":[1]})").starts_with("label \"labels\" is a list"));
}

TEST_CASE("labels that is no object is an ordinary label, and id in a flat object too") {
  const Read event = read(R"({"labels":"x","id":"7"})");
  CHECK(event.labels == R"(id="7",labels="x")");
  CHECK(event.id.empty());
}

TEST_CASE("the rules of the builder hold for JSON") {
  CHECK(read(R"({"a-b":1})").reason == Reason::bad_label_name);
  CHECK(read(R"({"":1})").reason == Reason::bad_label_name);
  CHECK(read(R"({"__name__":"x"})").reason == Reason::bad_label_name);
  CHECK(read(R"({"a":")" + std::string(17000, 'x') + "\"}").reason == Reason::too_large);
  event::Options options;
  options.max_labels = 2;
  CHECK(read(R"({"a":1,"b":2,"c":3})", options).reason == Reason::over_limit);
}

TEST_CASE("a reader that refused an event reads the next one as a new reader does") {
  json::Parser parser(1 << 20);
  event::EventBuilder builder(16384);
  ingest::JsonEvent reader(builder);
  for (int round = 0; round < 3; ++round) {
    for (const std::string body : {R"({"labels":{"a":1},"id":"7","value":2,"x":1})", R"({"value":true})", "[]"}) {
      builder.begin();
      CHECK(!reader.take(*parser.parse(body), "it").has_value());
    }
    builder.begin();
    REQUIRE(reader.take(*parser.parse(R"({"n":1,"m":2.5,"value":3})"), "it").has_value());
    CHECK(reader.id().empty());
    const auto event = builder.finish();
    REQUIRE(event.has_value());
    CHECK(event->labels == R"(m="2.5",n="1")");
    CHECK(event->value == 3);
  }
}
