// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "settings/settings.hpp"
#include "settings/sources/load_toml.hpp"

namespace oneshot::settings {
namespace {

std::string fault(const std::string& line) {
  const auto result = parse_toml("[events]\n" + line, "c.toml", Settings{});
  return result ? "fine" : result.error();
}

TEST_CASE("the limits of senders are taken over, and are off by default") {
  CHECK(Settings{}.app.rate_limit == 0);
  CHECK(Settings{}.app.rate_burst == 10'000);
  CHECK(Settings{}.app.max_series_per_hour == 0);
  const auto read =
      parse_toml("[events]\nrate_limit = 20\nrate_burst = 200\nmax_series_per_hour = 3000\n", "c.toml", Settings{});
  REQUIRE(read);
  CHECK(read->app.rate_limit == 20);
  CHECK(read->app.rate_burst == 200);
  CHECK(read->app.max_series_per_hour == 3000);
}

TEST_CASE("the limits of senders have a range") {
  for (const char* line : {"rate_limit = 0", "rate_limit = 1000000", "rate_burst = 1", "rate_burst = 10000000",
                           "max_series_per_hour = 0", "max_series_per_hour = 1000000"})
    CHECK(fault(line) == "fine");
  CHECK(fault("rate_limit = -1") == "c.toml:2: [events] rate_limit = -1: must be a whole number from 0 to 1000000");
  CHECK(fault("rate_limit = 0.5") == "c.toml:2: [events] rate_limit = 0.5: must be a whole number from 0 to 1000000");
  CHECK(fault("rate_burst = 0") == "c.toml:2: [events] rate_burst = 0: must be a whole number from 1 to 10000000");
  CHECK(fault("max_series_per_hour = 1000001") ==
        "c.toml:2: [events] max_series_per_hour = 1000001: must be a whole number from 0 to 1000000");
}

}  // namespace
}  // namespace oneshot::settings
