// SPDX-License-Identifier: MIT
// The rules for parameters, one by one.
#include "event/form_parser.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/event/form.hpp"

using namespace oneshot;
using namespace std::string_view_literals;
using event::Reason;

namespace {

/// "labels value", a star behind a given value; or "reason: message".
std::string read(std::string_view query, std::string_view form = {}, std::size_t max_event_bytes = 16384) {
  event::test::Form parser(max_event_bytes);
  const auto event = parser.parse(query, form);
  if (!event) return std::string(event::reason_name(event.error().reason)) + ": " + event.error().message;
  std::string text(event->labels);
  if (event->value_given) text += " = " + std::to_string(event->value);
  return text;
}

double value_of(std::string_view query) {
  event::test::Form parser(16384);
  const auto event = parser.parse(query, "type=x");
  REQUIRE_MESSAGE(event.has_value(), event.error().message);
  CHECK(event->value_given);
  CHECK(event->labels == R"(type="x")");
  return event->value;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("an event without labels says nothing and is refused, whatever its value") {
  const std::string what = "no_labels: this event has no label: say what happened, as in type=deploy";
  CHECK(read("") == what);
  CHECK(read("", "\r\n") == what);
  CHECK(read("&&", "&") == what);
  CHECK(read("value=5") == what);
  CHECK(read("", "value=5&time=0") == what);
  CHECK(read("a=", "b=") == "no_labels: every label of this event is empty: say what happened, as in type=deploy");
}

TEST_CASE("an event has the value 1, not given, unless it is") {
  event::test::Form parser(100);
  const auto event = parser.parse("type=x", "");
  REQUIRE(event.has_value());
  CHECK(event->value == 1);
  CHECK_FALSE(event->value_given);
}

TEST_CASE("labels come from query and body together, sorted by name") {
  CHECK(read("type=deploy&service=checkout") == R"(service="checkout",type="deploy")");
  CHECK(read("", "type=deploy&service=checkout") == R"(service="checkout",type="deploy")");
  CHECK(read("type=deploy", "service=checkout") == R"(service="checkout",type="deploy")");
  CHECK(read("b=1&B=2&_b=3&b1=4&a=5") == R"(B="2",_b="3",a="5",b="1",b1="4")");
  CHECK(read("type=test&message=cron_test_manual&seconds=12") ==
        R"(message="cron_test_manual",seconds="12",type="test")");
}

TEST_CASE("parameters are separated by ampersands only, name and value by the first equals sign") {
  CHECK(read("&&a=1&&&b=2&") == R"(a="1",b="2")");
  CHECK(read("a=1;b=2") == R"(a="1;b=2")");
  CHECK(read("a=b=c==") == R"(a="b=c==")");
  CHECK(read("a==") == R"(a="=")");
}

TEST_CASE("names and values are percent- and plus-decoded") {
  CHECK(read("a=x+y%20z%2Bw%26%3D%c3%BC") == R"(a="x y z+w&=ü")");
  CHECK(read("%61%62=1") == R"(ab="1")");
}

TEST_CASE("values are escaped on the way out, NUL and all other characters stay") {
  CHECK(read("a=%22q%22&b=%5C&c=1%0A2") == R"(a="\"q\"",b="\\",c="1\n2")");
  CHECK(read("a=%00%7F%0D%09") == "a=\"\0\x7f\r\t\""sv);
  CHECK(read("a=%F0%9F%94%A5") == "a=\"\xF0\x9F\x94\xA5\"");
  CHECK(read("a=ü") == "a=\"ü\"");
}

TEST_CASE("an empty value is no label") { CHECK(read("a=&b=1&c=") == R"(b="1")"); }

TEST_CASE("blanks in a name become underscores") {
  CHECK(read("my+label=1&my%20other=2&+x=3") == R"(_x="3",my_label="1",my_other="2")");
  CHECK(read("+value=3") == R"(_value="3")");
  CHECK(read("", "my label=1&type=a b") == R"(my_label="1",type="a b")");  // as they stand
}

TEST_CASE("names that mean something elsewhere are ordinary labels") {
  CHECK(read("job=a&instance=b&le=c&quantile=d&Value=e&values=f") ==
        R"(Value="e",instance="b",job="a",le="c",quantile="d",values="f")");
}

TEST_CASE("a name that Prometheus would refuse is refused here, by name") {
  const auto refused = [](const std::string& shown, const std::string& good) {
    return "bad_label_name: label name \"" + shown +
           "\" may hold only letters, digits and _ (and not begin with a digit): \"" + good + "\" would work";
  };
  CHECK(read("a-b=1") == refused("a-b", "a_b"));
  CHECK(read("ok=1", "1a=1") == refused("1a", "_1a"));
  CHECK(read("a.b=") == refused("a.b", "a_b"));
  CHECK(read("a:b=1") == refused("a:b", "a_b"));
  CHECK(read("%C3%BC=1") == refused("ü", "_"));
  CHECK(read("a%09b=1") == refused("a\\tb", "a_b"));
  CHECK(read("a%00=1") == refused("a\\x00", "a_"));
  CHECK(read("a%0Ab=1") == refused("a\\nb", "a_b"));
  CHECK(read("%FF=1") == refused("\\xFF", "_"));
  CHECK(read("%22=1") == refused("\\\"", "_"));
  CHECK(read("{=1") == refused("{", "_"));
}

TEST_CASE("names that begin with two underscores belong to Prometheus") {
  const auto refused = [](const std::string& shown, const std::string& good) {
    return "bad_label_name: label name \"" + shown +
           "\" may not begin with __ (Prometheus keeps such names for itself): \"" + good + "\" would work";
  };
  CHECK(read("__name__=x") == refused("__name__", "_name__"));
  CHECK(read("__=x") == refused("__", "_"));
  CHECK(read("++a=x") == refused("__a", "_a"));
  CHECK(read("_+a=") == refused("__a", "_a"));
  CHECK(read("_=x&a__=y&_a_=z") == R"(_="x",_a_="z",a__="y")");
}

TEST_CASE("a parameter without a name is refused, with its number") {
  CHECK(read("a=1&=x") == "bad_label_name: parameter 2 (\"=x\") has no name: write name=value");
  CHECK(read("a=1", "&&b=2&=") == "bad_label_name: parameter 3 (\"=\") has no name: write name=value");
}

TEST_CASE("a percent sign without two hex digits is refused, wherever it stands") {
  const std::string rule = " (a percent sign itself is %25)";
  CHECK(read("x=1&a%zz=1") == "bad_encoding: parameter 2 (\"a%zz=1\"): \"%zz\" is not a percent-encoding" + rule);
  CHECK(read("a=100%") == "bad_encoding: parameter 1 (\"a=100%\"): \"%\" is not a percent-encoding" + rule);
  CHECK(read("a=%41%4") == "bad_encoding: parameter 1 (\"a=%41%4\"): \"%4\" is not a percent-encoding" + rule);
  CHECK(read("a%4=1") == "bad_encoding: parameter 1 (\"a%4=1\"): \"%4=\" is not a percent-encoding" + rule);
  CHECK(read("", "a=%25%%25") == "bad_encoding: parameter 1 (\"a=%25%%25\"): \"%%2\" is not a percent-encoding" + rule);
  CHECK(read("value=%") == "bad_encoding: parameter 1 (\"value=%\"): \"%\" is not a percent-encoding" + rule);
}

TEST_CASE("a value that is not UTF-8 is refused, with the place") {
  CHECK(read("x=ab%FFc") == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 3)");
  CHECK(read("x=%C3") == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 1)");
  CHECK(read("x=%C3%BC%C3") == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 3)");
  CHECK(read("x=1234567890%ED%A0%80") == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 11)");
  CHECK(read("x=%C0%80") == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 1)");
  CHECK(read("x=%F4%90%80%80") == "bad_utf8: label \"x\": the value is not valid UTF-8 (byte 1)");
}

TEST_CASE("a name given twice is refused, also when two names become equal or one is empty") {
  CHECK(read("type=a&x=1&type=b") == "duplicate_label: label \"type\" is given twice");
  CHECK(read("type=a&type=a") == "duplicate_label: label \"type\" is given twice");
  CHECK(read("type=a", "type=a") == "duplicate_label: label \"type\" is given twice");
  CHECK(read("type=&type=a") == "duplicate_label: label \"type\" is given twice");
  CHECK(read("type=&type=") == "duplicate_label: label \"type\" is given twice");
  CHECK(read("a+b=1&a_b=2") == "duplicate_label: label names \"a b\" and \"a_b\" both become \"a_b\"");
  CHECK(read("a%20b=1", "a+b=2") == "duplicate_label: label \"a b\" is given twice");
  CHECK(read("value=1&value=1") == "duplicate_label: value is given twice");
  CHECK(read("value=1", "valu%65=2") == "duplicate_label: value is given twice");
}

TEST_CASE("value is the value of the sample and no label") {
  CHECK(read("value=42.5&type=a") == R"(type="a" = 42.500000)");
  CHECK(read("", "value=1&a=b") == R"(a="b" = 1.000000)");
  CHECK(value_of("value=0") == 0);
  CHECK(value_of("value=-7") == -7);
  CHECK(value_of("v%61lue=.5") == 0.5);
  CHECK(value_of("value=5.") == 5);
  CHECK(value_of("value=1e-9") == 1e-9);
  CHECK(value_of("value=1E3") == 1000);
  CHECK(value_of("value=0.1") == 0.1);
  CHECK(value_of("value=9007199254740993") == 9007199254740992.0);
  CHECK(value_of("value=1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(value_of("value=5e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(std::signbit(value_of("value=-0")));
}

TEST_CASE("value may be NaN or Inf, with a sign and in any case") {
  for (const std::string_view text : {"NaN", "nan", "NAN", "-NaN", "%2BNaN", "+nan"}) {
    CAPTURE(text);
    CHECK(std::isnan(value_of("value=" + std::string(text))));
  }
  for (const std::string_view text : {"Inf", "inf", "INF", "%2bInf", "+Inf", "Infinity", "infinity", "+Infinity"}) {
    CAPTURE(text);
    CHECK(value_of("value=" + std::string(text)) == infinity);
  }
  CHECK(value_of("value=-iNf") == -infinity);
  CHECK(value_of("value=-Infinity") == -infinity);
}

TEST_CASE("a plus sign that arrives as a blank is a plus sign again, before a number and after its e") {
  CHECK(value_of("value=+5") == 5);
  CHECK(value_of("value=%205") == 5);
  CHECK(value_of("value=5%20") == 5);
  CHECK(value_of("value=5+%20") == 5);
  CHECK(value_of("value=%2B5") == 5);
  CHECK(value_of("value=1e+3") == 1000);
  CHECK(value_of("value=1E%203") == 1000);
  CHECK(value_of("value=1e%2B3") == 1000);
  CHECK(value_of("value=+1.5e+3") == 1500);
}

TEST_CASE("a value that is no number is refused as it stands") {
  const std::string rule = ": allowed are decimal numbers, NaN and Inf";
  CHECK(read("value=abc") == "bad_value: value \"abc\" is not a number" + rule);
  CHECK(read("value=") == "bad_value: value is empty" + rule);
  for (const std::string_view text :
       {"0x10",  "1,5",  "1_000", "1e",      "e5",         ".",      "-",     "--1",  "+-1",   "-+1",
        "1.2.3", "%0A1", "5%00",  "infinit", "+-Infinity", "nan(1)", "infin", "1f",   "1e5.5", "%D9%A1",
        "++5",   "5+",   "1+2",   "1+e5",    "%2B+5",      "%FF",    "1e+-5", "1e--5"}) {
    CAPTURE(text);
    const std::string answer = read("value=" + std::string(text));
    CHECK(answer.starts_with("bad_value: value \""));
    CHECK(answer.ends_with("\" is not a number" + rule));
  }
  CHECK(read("value=++5") == "bad_value: value \"+ 5\" is not a number" + rule);
}

TEST_CASE("a number that is too large for a double is refused, and says that; one that is too small is 0") {
  for (const std::string_view text : {"1e999", "-1e999", "1.e999", ".5e+400"}) {
    CAPTURE(text);
    const std::string answer = read("value=" + std::string(text));
    CHECK(answer.starts_with("bad_value: value \""));
    CHECK(
        answer.ends_with("\" does not fit into a 64-bit floating-point number: allowed are sizes up to 1.79e+308, NaN "
                         "and Inf"));
  }
  CHECK(read("value=" + std::string(400, '9')).find("does not fit") != std::string::npos);
  for (const std::string_view text : {"0e-999", "1e-999", "0.00001e-400"}) {
    CHECK(value_of("value=" + std::string(text)) == 0);
    CHECK(std::signbit(value_of("value=-" + std::string(text))));
  }
}

TEST_CASE("a parameter without an equals sign is refused, with its number and what to write") {
  const std::string rule =
      " has no =: write name=value (curl: -d message='…' for a plain text), and %26 for an & in a text";
  CHECK(read("", "type=deploy&message=build & test") == "bad_parameter: parameter 3 (\" test\")" + rule);
  CHECK(read("", "Backup of db1 finished") == "bad_parameter: parameter 1 (\"Backup of db1 finished\")" + rule);
  CHECK(read("type=a&&verbose") == "bad_parameter: parameter 2 (\"verbose\")" + rule);
  CHECK(read("type=a", "value") == "bad_parameter: parameter 2 (\"value\")" + rule);
  CHECK(read("100%") == "bad_parameter: parameter 1 (\"100%\")" + rule);
  CHECK(read("a=1&%3D") == "bad_parameter: parameter 2 (\"%3D\")" + rule);
}

TEST_CASE("line ends at the end of a body are dropped, whatever their kind and number") {
  for (const std::string_view end : {"\n", "\r\n", "\r", "\n\n", "\n\r\n"}) {
    CHECK(read("", "type=deploy&service=a" + std::string(end)) == R"(service="a",type="deploy")");
    CHECK(read("type=deploy", "value=5" + std::string(end)) == R"(type="deploy" = 5.000000)");
    CHECK(read("type=deploy", end) == R"(type="deploy")");
  }
  CHECK(read("", "a=1&\n") == R"(a="1")");
}

TEST_CASE("a line end inside a body is refused, and named by what it stands in") {
  const std::string rule = ": parameters are separated by &, and a line end in a text is %0A";
  CHECK(read("", "type=deploy\nservice=a\n") == "bad_parameter: line 1 ends inside \"type\"" + rule);
  CHECK(read("", "type=deploy\r\nservice=a") == "bad_parameter: line 1 ends inside \"type\"" + rule);
  CHECK(read("", "type=deploy\rservice=a") == "bad_parameter: line 1 ends inside \"type\"" + rule);
  CHECK(read("x=1", "a=1&&note=two\nlines&b=2") == "bad_parameter: line 1 ends inside \"note\"" + rule);
  CHECK(read("x=1", "a=1&\nb=2") == "bad_parameter: line 1 ends inside parameter 3 (\"\\nb=2\")" + rule);
  CHECK(read("", "\na=1") == "bad_parameter: line 1 ends inside parameter 1 (\"\\na=1\")" + rule);
  CHECK(read("", "=\n1") == "bad_parameter: line 1 ends inside parameter 1 (\"=\\n1\")" + rule);
  CHECK(read("", "some text\nand more of it").starts_with("bad_parameter: line 1 ends inside parameter 1 (\"some"));
}

TEST_CASE("line ends that are encoded and other control characters are text") {
  CHECK(read("", "a=1%0A2%0D%0A") == "a=\"1\\n2\r\\n\"");
  CHECK(read("", "a=1\t2") == "a=\"1\t2\"");
}

TEST_CASE("JSON that is sent as a form is called JSON, whatever is in the query") {
  const std::string what = "bad_parameter: this is JSON: send Content-Type: application/json";
  for (const std::string_view body : {R"({"type":"deploy"})", "{\n  \"a\": 1\n}\n", R"([{"a":"b=c&d"}])", "{}", "  {}",
                                      "\r\n\t[1]\n", "\xef\xbb\xbf{\"a\":1}", "\xef\xbb\xbf\n {"}) {
    CHECK(read("", body) == what);
    CHECK(read("type=alert", body) == what);
  }
  CHECK(read("", " a=1") == "_a=\"1\"");
  CHECK(read("",
             "\xef\xbb\xbf"
             "a=1")
            .starts_with("bad_label_name"));
  CHECK(read("", "a={}") == "a=\"{}\"");
}

TEST_CASE("time is the sender's time and no label, with a plus sign that arrived as a blank") {
  const auto time_of = [](std::string_view query, std::string_view form = {}) {
    event::test::Form parser(16384);
    const auto event = parser.parse(query, form);
    REQUIRE_MESSAGE(event.has_value(), event.error().message);
    CHECK(event->labels == R"(type="x")");
    return event->sent_unix_ms;
  };
  CHECK(time_of("type=x") == std::nullopt);
  CHECK(time_of("type=x&time=1795685400.25") == 1'795'685'400'250);
  CHECK(time_of("type=x&t%69me=2026-11-26T09:30:00Z") == 1'795'685'400'000);
  CHECK(time_of("type=x", "time=2026-11-26T10:30:00+01:00\n") == 1'795'685'400'000);
  CHECK(time_of("type=x&time=2026-11-26%2010:30:00%2B01:00") == 1'795'685'400'000);
  CHECK(time_of("type=x&time=2026-11-26+10:30:00.5+01:00") == 1'795'685'400'500);
  const std::string rule = " must be RFC 3339, such as 2026-11-26T09:30:00Z, or seconds since 1970";
  CHECK(read("type=x&time=now") == "bad_time: time \"now\"" + rule);
  CHECK(read("type=x&time=") == "bad_time: time \"\"" + rule);
  CHECK(read("type=x&time=2026-11-26+09:30") == "bad_time: time \"2026-11-26 09:30\"" + rule);
  CHECK(read("type=x&time=1795685400000") ==
        "bad_time: time \"1795685400000\"" + rule + " (these look like milliseconds)");
  CHECK(read("type=x&time=1", "time=1") == "duplicate_label: time is given twice");
  CHECK(read("type=x&Time=1") == R"(Time="1",type="x")");
}

TEST_CASE("timestamp and ttl are refused with what to write") {
  CHECK(read("type=x&timestamp=1795685400") ==
        "bad_time: timestamp is no label, since each event would begin a series of its own: write time=…");
  CHECK(read("type=x", "ttl=60") ==
        "bad_parameter: ttl is no label: an event goes to each scraper once and is gone, so leave it out");
}

TEST_CASE("the operator may make an ordinary label of each name but value") {
  event::test::Form parser(16384);
  const auto labels = [&parser](std::vector<std::string> plain) {
    parser.builder.use({.plain_labels = std::move(plain)});
    const auto event = parser.parse("time=1&ttl=2", "timestamp=3&value=4");
    return event ? std::string(event->labels) : event.error().message.substr(0, 9);
  };
  CHECK(labels({"time", "timestamp", "ttl"}) == R"(time="1",timestamp="3",ttl="2")");
  CHECK(labels({"time", "timestamp"}) == "ttl is no");
  CHECK(labels({"ttl", "time"}) == "timestamp");
  CHECK(labels({"timestamp", "ttl"}) == R"(timestamp="3",ttl="2")");
}

TEST_CASE("names and values together may take max_event_bytes after decoding, and no byte more") {
  const std::string rule = "too_large: the names and values of an event may take 10 bytes (max_event_bytes)";
  CHECK(read("abcd=1&e=1234", "", 10) == R"(abcd="1",e="1234")");
  CHECK(read("abcd=1&e=12345", "", 10).starts_with(rule));
  CHECK(read("abcd=1", "e=12345", 10).starts_with(rule));
  CHECK(read("%61%62%63%64=%31&e=1234", "", 10) == R"(abcd="1",e="1234")");
  CHECK(read("value=123&a=b", "", 10) == R"(a="b" = 123.000000)");
  CHECK(read("value=123456", "", 10).starts_with(rule));
  CHECK(read("abcdefghijk=", "", 10).starts_with(rule));
  CHECK(read("a=%22%22%22%22%22%22%22%22%22", "", 10) == R"(a="\"\"\"\"\"\"\"\"\"")");
}

TEST_CASE("the limit can change between two events") {
  event::test::Form parser(3);
  CHECK(parser.parse("a=12", "").has_value());
  CHECK_FALSE(parser.parse("a=123", "").has_value());
  parser.builder.use({.max_event_bytes = 4});
  CHECK(parser.parse("a=123", "").has_value());
}

TEST_CASE("nothing of one event shows in the next, whatever became of it") {
  event::test::Form parser(1000);
  CHECK(parser.parse("a=1&value=5", "b=2").has_value());
  CHECK_FALSE(parser.parse("c=1&value=7&d-=2", "").has_value());
  const auto event = parser.parse("e=3", "");
  REQUIRE(event.has_value());
  CHECK(event->labels == R"(e="3")");
  CHECK_FALSE(event->value_given);
  CHECK(event->value == 1);
  CHECK(parser.parse("=", "").error().message.starts_with("parameter 1 "));
}

TEST_CASE("a message is one short line, however long and hostile the parameter") {
  std::string hostile;
  for (int i = 0; i < 500; ++i) hostile += "%0A%00%22%FF-";
  const std::string long_name(5000, 'n');
  for (const std::string& query : {hostile + "=1", "value=" + hostile, "a=" + hostile, "a=%zz" + hostile, "=" + hostile,
                                   long_name + "=1&" + long_name + "=2", long_name + "=%FF", "__" + long_name + "=1"}) {
    event::test::Form parser(16384);
    const auto event = parser.parse(query, {});
    REQUIRE_FALSE(event.has_value());
    const std::string& message = event.error().message;
    CAPTURE(message);
    CHECK(message.size() < 300);
    for (const char c : message) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  }
}

TEST_CASE("every reason has a name of its own") {
  CHECK(event::reason_name(Reason::bad_label_name) == "bad_label_name");
  CHECK(event::reason_name(Reason::bad_value) == "bad_value");
  CHECK(event::reason_name(Reason::bad_utf8) == "bad_utf8");
  CHECK(event::reason_name(Reason::bad_encoding) == "bad_encoding");
  CHECK(event::reason_name(Reason::duplicate_label) == "duplicate_label");
  CHECK(event::reason_name(Reason::too_large) == "too_large");
  CHECK(event::reason_name(Reason::bad_content_type) == "bad_content_type");
  CHECK(event::reason_name(Reason::log_full) == "log_full");
  CHECK(event::reason_name(Reason::unable_to_store) == "unable_to_store");
  CHECK(event::reason_name(Reason::bad_parameter) == "bad_parameter");
  CHECK(event::reason_name(Reason::no_labels) == "no_labels");
  CHECK(event::reason_name(Reason::bad_body) == "bad_body");
  CHECK(event::reason_name(Reason::bad_time) == "bad_time");
  CHECK(event::reason_name(Reason::over_limit) == "over_limit");
  CHECK(event::reason_name(Reason::unknown_metric) == "unknown_metric");
  CHECK(event::reason_name(Reason::bad_key) == "bad_key");
  CHECK(event::reason_name(Reason::key_reused) == "key_reused");
  CHECK(event::reason_name(Reason::key_in_flight) == "key_in_flight");
  CHECK(event::reason_name(Reason::rate_limited) == "rate_limited");
  CHECK(event::reason_name(Reason::too_many_series) == "too_many_series");
  CHECK(event::reason_name(Reason::unauthorized) == "unauthorized");
  CHECK(event::reason_name(Reason::forbidden) == "forbidden");
  CHECK(static_cast<int>(Reason::unknown_outcome) == event::reason_count - 1);
}
