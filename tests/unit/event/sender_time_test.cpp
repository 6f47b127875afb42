// SPDX-License-Identifier: MIT
#include "event/sender_time.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace oneshot::event;

TEST_CASE("a time is RFC 3339, with whatever offset and fraction") {
  CHECK(parse_time("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_time("2026-11-26T09:30:00Z") == 1'795'685'400'000);
  CHECK(parse_time("2026-11-26t09:30:00z") == 1'795'685'400'000);
  CHECK(parse_time("2026-11-26 10:30:00+01:00") == 1'795'685'400'000);
  CHECK(parse_time("2026-11-26T04:00:00-05:30") == 1'795'685'400'000);
  CHECK(parse_time("2026-11-26T09:30:00-00:00") == 1'795'685'400'000);
  CHECK(parse_time("2026-11-26T09:30:00.2Z") == 1'795'685'400'200);
  CHECK(parse_time("2026-11-26T09:30:00.0259999999+00:00") == 1'795'685'400'025);
  CHECK(parse_time("2026-11-26T10:30:00.1234567+01:00") == 1'795'685'400'123);  // PowerShell's
  CHECK(parse_time("2024-02-29T23:59:59Z") == 1'709'251'199'000);
  CHECK(parse_time("2016-12-31T23:59:60Z") == 1'483'228'800'000);  // a leap second
  CHECK(parse_time("9999-12-31T23:59:59.999Z") == 253'402'300'799'999);
  CHECK(parse_time("1970-01-01T01:00:00+01:00") == 0);
}

TEST_CASE("a time is seconds since 1970, with decimals if one likes") {
  CHECK(parse_time("0") == 0);
  CHECK(parse_time("1795685400") == 1'795'685'400'000);
  CHECK(parse_time("1795685400.25") == 1'795'685'400'250);
  CHECK(parse_time("1795685400.1239") == 1'795'685'400'123);
  CHECK(parse_time("1795685400.123456789") == 1'795'685'400'123);  // date +%s.%N
  CHECK(parse_time("253402300799.999") == 253'402'300'799'999);
}

TEST_CASE("nothing else is a time") {
  for (const std::string_view text : {"",
                                      " ",
                                      "now",
                                      "-1",
                                      "+1",
                                      "1e9",
                                      "1.",
                                      ".5",
                                      "1.5.2",
                                      "0x10",
                                      "1795685400Z",
                                      " 1795685400",
                                      "1795685400 ",
                                      "253402300800",
                                      "99999999999999999999",
                                      "2026-",
                                      "2026-11-26",
                                      "2026-11-26T09:30",
                                      "2026-11-26T09:30:00",
                                      "2026-11-26T09:30:00+0100",
                                      "2026-11-26T09:30:00+01",
                                      "2026-11-26T09:30Z",
                                      "2026-11-26T09:30:00.Z",
                                      "2026-11-26T09:30:00,5Z",
                                      "2026-11-26T09:30:00Zx",
                                      "2026-11-26T09:30:00 Z",
                                      "2026-11-26_09:30:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-11-31T00:00:00Z",
                                      "2026-11-00T00:00:00Z",
                                      "2026-11-26T24:00:00Z",
                                      "2026-11-26T09:60:00Z",
                                      "2026-11-26T09:30:61Z",
                                      "2026-11-26T09:30:00+24:00",
                                      "2026-11-26T09:30:00+01:60",
                                      "1969-12-31T23:59:59Z",
                                      "0000-01-01T00:00:00Z",
                                      "1970-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01",
                                      "26-11-26T09:30:00Z",
                                      "2026-1-26T09:30:00Z",
                                      "2026-+1-26T09:30:00Z",
                                      "2026--1-26T09:30:00Z",
                                      "Thu Nov 26 09:30:00 UTC 2026"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("milliseconds in the place of seconds are known by their length") {
  CHECK(looks_like_milliseconds("1795685400000"));
  CHECK_FALSE(looks_like_milliseconds("1795685400"));
  CHECK_FALSE(looks_like_milliseconds("1795685400000.5"));
  CHECK_FALSE(looks_like_milliseconds("1795685400000000000"));  // nanoseconds
  CHECK_FALSE(looks_like_milliseconds("2026-11-26T09"));
}
