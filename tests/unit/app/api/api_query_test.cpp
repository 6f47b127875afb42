// SPDX-License-Identifier: MIT
#include "app/api/query.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "app/api/events_query.hpp"
#include "app/moment.hpp"

namespace oneshot::app {
namespace {

constexpr std::int64_t now = 1'795'685'400'000;  // 2026-11-26T09:30:00Z

std::string error_of(std::string_view query) { return ApiQuery::parse(query, {"since", "limit", "label."}).error(); }

TEST_CASE("parameters are decoded, and those of a prefix may repeat") {
  const auto query = ApiQuery::parse("&since=1%68&label.type=a+b&label.type=c&l%69mit=", {"since", "limit", "label."});
  REQUIRE(query.has_value());
  CHECK(query->find("since") == "1h");
  CHECK(query->find("limit").data() != nullptr);
  CHECK(query->find("limit").empty());
  CHECK(query->find("until").data() == nullptr);
  const auto labels = query->all_with("label.");
  REQUIRE(labels.size() == 2);
  CHECK(labels[0].first == "type");
  CHECK(labels[0].second == "a b");
  CHECK(labels[1].second == "c");
}

TEST_CASE("an unknown parameter is refused with those that there are, and the nearest") {
  CHECK(error_of("sinse=1h") ==
        "unknown parameter \"sinse\" (there are since, limit and label.NAME); did you mean \"since\"?");
  CHECK(error_of("x=1") == "unknown parameter \"x\" (there are since, limit and label.NAME)");
  CHECK(error_of("label.=1").starts_with("unknown parameter \"label.\""));
  CHECK(error_of("since=1h&since=2h") == "parameter since is given twice");
  CHECK(error_of("since=%zz") == "parameter \"since=%zz\" is not percent-encoded text");
  CHECK(ApiQuery::parse("a", {}).error() == "unknown parameter \"a\" (there are none here)");
  CHECK(ApiQuery::parse("a", {"since"}).error() == "unknown parameter \"a\" (there is since)");
}

TEST_CASE("a moment is a duration back from now, a time, or Unix milliseconds") {
  struct Row {
    std::string text;
    std::int64_t unix_ms;
  };
  const std::vector<Row> rows{{"15m", now - 900'000},
                              {"1h30m", now - 5'400'000},
                              {"2d", now - 172'800'000},
                              {"1w", now - 604'800'000},
                              {"1.5s", now - 1500},
                              {"250ms", now - 250},
                              {"0s", now},
                              {"9000d", now - 777'600'000'000},
                              {"30000d", 0},
                              {"2026-11-26T09:30:00Z", now},
                              {"2026-11-26T10:30:00.25+01:00", now + 250},
                              {"2026-11-26T10:30:00 01:00", now},  // a plus that nobody encoded
                              {"2026-11-26 10:30:00 01:00", now},
                              {"1795685400", now},
                              {"1795685400.25", now + 250},
                              {"1795685400123", now + 123}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto moment = parse_moment("since", row.text, now);
    REQUIRE(moment.has_value());
    CHECK(*moment == row.unix_ms);
  }
}

TEST_CASE("what is no moment is refused with what to write") {
  for (const std::string text : {"", "m", "-15m", "15x", "15 m", "1h30", "1..5s", "99999999w", "yesterday"}) {
    CAPTURE(text);
    const auto moment = parse_moment("since", text, now);
    REQUIRE_FALSE(moment.has_value());
    CHECK(moment.error().starts_with("since \"" + text + "\" is no time: write how long ago (15m, 1h30m, 2d)"));
  }
}

TEST_CASE("a number without a unit is no time since 1970") {
  for (const std::string text : {"0", "30", "1.5", "999999999", "999999999.9", "00000000030"}) {
    CAPTURE(text);
    const auto moment = parse_moment("since", text, now);
    REQUIRE_FALSE(moment.has_value());
    CHECK(moment.error() == "since \"" + text + "\" has no unit: write " + text + "m or " + text + "s");
  }
  CHECK(*parse_moment("since", "1000000000", now) == 1'000'000'000'000);
  CHECK(*parse_moment("since", "0s", now) == now);
}

TEST_CASE("a query for events says which ones") {
  const auto query =
      parse_events_query("since=1h&until=30m&limit=7&scraper=prom&metric=deploys&label.type=a&label.b=", "usual", now);
  REQUIRE(query.has_value());
  CHECK(query->since_unix_ms == now - 3'600'000);
  CHECK(query->until_unix_ms == now - 1'800'000);
  CHECK(query->limit == 7);
  CHECK(query->scraper == "prom");
  CHECK(query->metric == "deploys");
  REQUIRE(query->labels.size() == 2);
  CHECK(query->labels[0].name == "type");
  CHECK(query->labels[1].value.empty());
  CHECK(parse_events_query("metric=usual", "usual", now)->metric == "");
  CHECK_FALSE(parse_events_query("", "usual", now)->metric.has_value());
}

TEST_CASE("a limit is a whole number within its bounds") {
  for (const std::string text : {"0", "1001", "-1", "1.0", "", "x"}) {
    CAPTURE(text);
    CHECK(parse_events_query("limit=" + text, "usual", now).error() ==
          "limit \"" + text + "\" must be a whole number from 1 to 1000");
    CHECK(parse_top_query("by=type&limit=" + text).error() ==
          "limit \"" + text + "\" must be a whole number from 1 to 1000");
  }
  CHECK(parse_top_query("limit=1").error() == "by is missing: write the label to count by, as in /api/v1/top?by=type");
  CHECK(parse_top_query("by=type&limit=1000&scraper=x")->scraper == "x");
}

}  // namespace
}  // namespace oneshot::app
