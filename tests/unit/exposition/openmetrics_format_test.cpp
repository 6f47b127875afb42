// SPDX-License-Identifier: MIT
#include "exposition/openmetrics_format.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "exposition/text_format.hpp"

namespace oneshot::exposition {
namespace {

std::string family(std::string_view name, MetricType type, std::string_view help) {
  std::string out;
  openmetrics_format().append_family(out, name, type, help);
  return out;
}

std::string at(std::int64_t unix_ms) {
  std::string out;
  openmetrics_format().append_sample(out, "m", LabelText{}, 1, unix_ms);
  return out;
}

}  // namespace

TEST_CASE("a counter's family has no _total; one whose name lacks it is of unknown type") {
  CHECK(family("a_total", MetricType::counter, "A.") == "# HELP a A.\n# TYPE a counter\n");
  CHECK(family("events_to_metrics_event_count", MetricType::counter, "B.") ==
        "# HELP events_to_metrics_event_count B.\n# TYPE events_to_metrics_event_count unknown\n");
  CHECK(family("c_total", MetricType::gauge, "C.") == "# HELP c_total C.\n# TYPE c_total gauge\n");
}

TEST_CASE("a quote is escaped in HELP, as backslash and newline are") {
  CHECK(family("m", MetricType::gauge, "a \"b\" \\ c\nd") == "# HELP m a \\\"b\\\" \\\\ c\\nd\n# TYPE m gauge\n");
}

TEST_CASE("times are seconds with three decimals, never with a sign") {
  CHECK(at(1'700'000'000'123) == "m 1 1700000000.123\n");
  CHECK(at(1'700'000'000'000) == "m 1 1700000000.000\n");
  CHECK(at(1'700'000'000'020) == "m 1 1700000000.020\n");
  CHECK(at(0) == "m 1 0.000\n");
  CHECK(at(7) == "m 1 0.007\n");
  CHECK(at(9'999) == "m 1 9.999\n");
  CHECK(at(10'000) == "m 1 10.000\n");
  CHECK(at(-5) == "m 1 0.000\n");
  CHECK(at(std::numeric_limits<std::int64_t>::max()) == "m 1 9223372036854775.807\n");
}

TEST_CASE("there are no comments, the last line says so, and samples of a series stand together") {
  std::string out = "m 1\n";
  openmetrics_format().append_comment(out, "for people");
  CHECK(out == "m 1\n");
  CHECK(openmetrics_format().end() == "# EOF\n");
  CHECK(openmetrics_format().groups_series());
  CHECK_FALSE(text_format().groups_series());
  CHECK(openmetrics_format().content_type() == "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST_CASE("padding is blanks at the end of the last HELP, of any number") {
  std::string out = family("a", MetricType::gauge, "A.");
  const PaddingPlaces places{.behind_comment = 0, .last_family = out.size()};
  out += family("b", MetricType::gauge, "B.");
  out.insert(openmetrics_format().padding_place(out, places), openmetrics_format().padding(3));
  CHECK(out == "# HELP a A.\n# TYPE a gauge\n# HELP b B.   \n# TYPE b gauge\n");
  CHECK(openmetrics_format().padding(1) == " ");
}

}  // namespace oneshot::exposition
