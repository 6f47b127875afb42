// SPDX-License-Identifier: MIT
#include "exposition/text_writer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "base/numbers.hpp"
#include "support/exposition_parser.hpp"

using namespace oneshot;
using exposition::LabelText;
using exposition::MetricType;
using exposition::TextWriter;

namespace {

template <class Value>
std::string value_text(Value value) {
  std::string out;
  TextWriter(out).sample("m", value);
  return out.substr(2, out.size() - 3);
}

}  // namespace

TEST_CASE("a family is its HELP and TYPE lines, then its samples") {
  std::string out = "# first\n";
  TextWriter writer(out);
  writer.family("requests_total", MetricType::counter, "Requests, \"good\" and bad;\nin \\ all.");
  writer.sample("requests_total", {{"code", "200"}, {"path", "/a\"b\\c\nd"}}, std::uint64_t{3});
  writer.sample("requests_total", {{"code", "500"}}, 0.5);
  writer.family("temperature", MetricType::gauge, "Now.");
  writer.sample("temperature", -7);
  writer.sample("temperature", LabelText{R"(room="a",side="b")"}, 21.5);
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

TEST_CASE("no labels are no braces, however they are given") {
  std::string out;
  TextWriter writer(out);
  writer.sample("m", {}, 1);
  writer.sample("m", LabelText{}, 1);
  writer.sample("m", 1);
  CHECK(out == "m 1\nm 1\nm 1\n");
}

TEST_CASE("a timestamp stands behind the value, in milliseconds and never with a sign") {
  std::string out;
  TextWriter writer(out);
  writer.sample("m", LabelText{R"(a="b")"}, 1, 1'700'000'000'123);
  writer.sample("m", {{"a", "b"}}, 1, 0);
  writer.sample("m", LabelText{}, 1, -5);
  writer.sample("m", LabelText{}, 1, std::numeric_limits<std::int64_t>::max());
  CHECK(out == "m{a=\"b\"} 1 1700000000123\nm{a=\"b\"} 1 0\nm 1 0\nm 1 9223372036854775807\n");
}

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
