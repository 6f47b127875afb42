// SPDX-License-Identifier: MIT
#include "exposition/text_format.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/numbers.hpp"
#include "exposition/writer.hpp"
#include "support/exposition_parser.hpp"

using namespace oneshot;
using exposition::Format;
using exposition::LabelText;
using exposition::MetricType;
using exposition::text_format;
using exposition::Writer;

namespace {

template <class Value>
std::string value_text(Value value) {
  std::string out;
  Writer(out, text_format()).sample("m", value);
  return out.substr(2, out.size() - 3);
}

std::string line(std::string_view labels, double value, exposition::Timestamp timestamp = {}) {
  std::string out = "before\n";
  text_format().append_sample(out, "events_to_metrics", {labels}, value, timestamp);
  return out.substr(7);
}

}  // namespace

TEST_CASE("a family is its HELP and TYPE lines, then its samples") {
  std::string out = "# first\n";
  Writer writer(out, text_format());
  writer.family("requests_total", MetricType::counter, "Requests, \"good\" and bad;\nin \\ all.");
  writer.sample("requests_total", {{"code", "200"}, {"path", "/a\"b\\c\nd"}}, std::uint64_t{3});
  writer.sample("requests_total", {{"code", "500"}}, 0.5);
  writer.family("temperature", MetricType::gauge, "Now.");
  writer.sample("temperature", -7);
  text_format().append_sample(out, "temperature", LabelText{R"(room="a",side="b")"}, 21.5);
  CHECK(out ==
        "# first\n"
        "# HELP requests_total Requests, \"good\" and bad;\\nin \\\\ all.\n"
        "# TYPE requests_total counter\n"
        "requests_total{code=\"200\",path=\"/a\\\"b\\\\c\\nd\"} 3\n"
        "requests_total{code=\"500\"} 0.5\n"
        "# HELP temperature Now.\n"
        "# TYPE temperature gauge\n"
        "temperature -7\n"
        "temperature{room=\"a\",side=\"b\"} 21.5\n");

  const auto parsed = test::parse_exposition(out);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
  CHECK(parsed->families.at(0).help == "Requests, \"good\" and bad;\nin \\ all.");
  CHECK(parsed->sample("requests_total", {{"path", "/a\"b\\c\nd"}, {"code", "200"}})->value == 3);
}

TEST_CASE("a sample line is name, labels in braces, value and time") {
  CHECK(line("", 1) == "events_to_metrics 1\n");
  CHECK(line(R"(service="checkout",type="deploy")", 1) ==
        "events_to_metrics{service=\"checkout\",type=\"deploy\"} 1\n");
  CHECK(line(R"(a="b")", 0.1, 1'700'000'000'123) == "events_to_metrics{a=\"b\"} 0.1 1700000000123\n");
  CHECK(line("", std::numeric_limits<double>::quiet_NaN(), 0) == "events_to_metrics NaN 0\n");
  CHECK(line("", -std::numeric_limits<double>::infinity(), -1) == "events_to_metrics -Inf 0\n");
}

TEST_CASE("a value is written in its shortest form that reads back the same") {
  CHECK(line("", 42.5) == "events_to_metrics 42.5\n");
  CHECK(line("", 1e-9) == "events_to_metrics 1e-09\n");
  CHECK(line("", 1e21) == "events_to_metrics 1e+21\n");
  CHECK(line("", 1.0 / 3) == "events_to_metrics 0.3333333333333333\n");
}

TEST_CASE("no labels are no braces, however they are given") {
  std::string out;
  text_format().append_sample(out, "m", {}, 1);
  text_format().append_sample(out, "m", LabelText{}, 1);
  Writer(out, text_format()).sample("m", 1);
  CHECK(out == "m 1\nm 1\nm 1\n");
}

TEST_CASE("a timestamp stands behind the value, in milliseconds and never with a sign") {
  std::string out;
  const Format& format = text_format();
  format.append_sample(out, "m", LabelText{R"(a="b")"}, 1, 1'700'000'000'123);
  format.append_sample(out, "m", {{"a", "b"}}, 1, 0);
  format.append_sample(out, "m", LabelText{}, 1, -5);
  format.append_sample(out, "m", LabelText{}, 1, std::numeric_limits<std::int64_t>::max());
  CHECK(out == "m{a=\"b\"} 1 1700000000123\nm{a=\"b\"} 1 0\nm 1 0\nm 1 9223372036854775807\n");
}

TEST_CASE("the text is of its media type, and ends with its last sample") {
  CHECK(text_format().content_type() == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(text_format().end().empty());
}

TEST_CASE("padding is one comment line of so many bytes behind the first comment, with nothing to see in it") {
  for (const std::size_t bytes : {std::size_t{2}, std::size_t{3}, std::size_t{80}, std::size_t{16 * 1024}}) {
    CAPTURE(bytes);
    std::string out;
    text_format().append_comment(out, "scraper \"a\"");
    const std::size_t behind_comment = out.size();
    Writer(out, text_format()).sample("m", 1);
    const std::size_t place = text_format().padding_place(out, {behind_comment, out.size()});
    out.insert(place, text_format().padding(bytes));
    CHECK(out == "# scraper \"a\"\n#" + std::string(bytes - 2, ' ') + "\nm 1\n");
    const auto parsed = test::parse_exposition(out);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
    CHECK(parsed->comments.size() == 2);
  }
}

TEST_CASE("a byte of padding is two, since no comment line is shorter") { CHECK(text_format().padding(1) == "#\n"); }

TEST_CASE("whole numbers show every digit, others their shortest form") {
  CHECK(value_text(0) == "0");
  CHECK(value_text(1'000'000) == "1000000");
  CHECK(value_text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(value_text(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(value_text(-12) == "-12");
  CHECK(value_text(true) == "1");
  CHECK(value_text(0.1) == "0.1");
  CHECK(value_text(1e-9) == "1e-09");
  CHECK(value_text(2.5F) == "2.5");
  CHECK(value_text(-0.0) == "-0");
  CHECK(value_text(99'999.0) == "99999");
  CHECK(value_text(100'000.0) == "1e+05");
  CHECK(value_text(99'999.5) == "99999.5");
  for (int whole = 0; whole <= 120'000; whole += 7) {
    std::string shortest;
    append_number(shortest, whole);
    REQUIRE(value_text(static_cast<double>(whole)) == shortest);
  }
  CHECK(value_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(value_text(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(value_text(-std::numeric_limits<double>::infinity()) == "-Inf");
}
