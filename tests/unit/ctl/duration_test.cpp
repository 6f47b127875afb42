// SPDX-License-Identifier: MIT
#include "ctl/text/duration.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "ctl/check/job.hpp"

namespace oneshot::ctl {
namespace {

using namespace std::chrono_literals;

TEST_CASE("durations are read as Prometheus reads them") {
  CHECK(parse_duration("0") == 0ms);
  CHECK(parse_duration("15s") == 15s);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1y2w3d4h5m6s7ms") == 24h * (365 + 14 + 3) + 4h + 5min + 6s + 7ms);
  for (const char* const bad : {"", "15", "s", "1.5s", "-1s", "+1s", " 1s", "1s ", "5s1m", "1m1m", "1x", "99999999999y",
                                "290y1d", "99999999999999999999s"})
    CHECK_MESSAGE(!parse_duration(bad), bad);
}

TEST_CASE("for people a duration has one unit or two") {
  CHECK(duration_in_words(0ms) == "0 ms");
  CHECK(duration_in_words(999ms) == "999 ms");
  CHECK(duration_in_words(1999ms) == "1 s");
  CHECK(duration_in_words(59s) == "59 s");
  CHECK(duration_in_words(125s) == "2 min 5 s");
  CHECK(duration_in_words(1h + 5s) == "1 h");
  CHECK(duration_in_words(52h) == "2 d 4 h");
}

TEST_CASE("sizes have Prometheus' units, of 1024") {
  CHECK(parse_size("10") == 10);
  CHECK(parse_size("10B") == 10);
  CHECK(parse_size("2KB") == 2048);
  CHECK(parse_size("2MiB") == 2U << 20U);
  CHECK(parse_size("1GB") == 1U << 30U);
  for (const char* const bad : {"", "MB", "1.5MB", "-1", "99999999999999GB"}) CHECK_MESSAGE(!parse_size(bad), bad);
}

}  // namespace
}  // namespace oneshot::ctl
