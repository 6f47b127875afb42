// SPDX-License-Identifier: MIT
#include "settings/web/go_duration.hpp"

#include <doctest/doctest.h>

using oneshot::settings::parse_go_duration;

TEST_CASE("durations are read as Go reads them") {
  struct Row {
    const char* text;
    long long nanoseconds;
  };
  for (const Row& row :
       {Row{"1s", 1'000'000'000}, Row{"100ms", 100'000'000}, Row{"1m30s", 90'000'000'000},
        Row{"1.5h", 5'400'000'000'000}, Row{".5s", 500'000'000}, Row{"1.s", 1'000'000'000}, Row{"2us", 2000},
        Row{"2\xC2\xB5s", 2000}, Row{"2\xCE\xBCs", 2000}, Row{"3ns", 3}, Row{"0", 0}, Row{"0s", 0}}) {
    CAPTURE(row.text);
    const auto parsed = parse_go_duration(row.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->count() == row.nanoseconds);
  }
}

TEST_CASE("what is no duration in Go is none here") {
  for (const char* text :
       {"", "1", "s", "-1s", "+1s", "1 s", "1s ", "1d", ".s", "1.2.3s", "1e3s", "9999999999999h", "1sx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_go_duration(text).has_value());
  }
}
