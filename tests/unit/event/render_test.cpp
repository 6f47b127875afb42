// SPDX-License-Identifier: MIT
#include "event/render.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>

using namespace oneshot;

namespace {

std::string line(std::string_view labels, double value, std::optional<std::int64_t> timestamp = {}) {
  std::string out = "before\n";
  event::append_sample_line(out, "events_to_metrics", labels, value, timestamp);
  return out.substr(7);
}

}  // namespace

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

TEST_CASE("the length of a line is known without writing it, for any value and time") {
  std::mt19937_64 random(3);
  const auto agrees = [](std::string_view labels, double value, std::optional<std::int64_t> timestamp) {
    CAPTURE(value);
    CAPTURE(timestamp.value_or(-1));
    REQUIRE(event::sample_line_length("events_to_metrics", labels, value, timestamp) ==
            line(labels, value, timestamp).size());
  };
  for (int whole = -1100; whole <= 1100; ++whole) agrees("", whole, {});
  for (const double value : {0.5, 1.5, 8.999, 9.5, -0.0, 1e5, 1e6, 123456789.0, 1e300, 5e-324})
    agrees("a=\"b\"", value, {});
  for (std::int64_t power = 1; power < std::numeric_limits<std::int64_t>::max() / 10; power *= 10) {
    agrees("", 1, power - 1);
    agrees("", 1, power);
    agrees("", 1, -power);
  }
  agrees("", 1, std::numeric_limits<std::int64_t>::max());
  agrees("", 1, std::numeric_limits<std::int64_t>::min());
  for (int round = 0; round < 50000; ++round) {
    const auto value = std::bit_cast<double>(random());
    const std::string labels(random() % 5, 'x');
    if (random() % 2 == 0) {
      agrees(labels, value, {});
    } else {
      agrees(labels, value, std::bit_cast<std::int64_t>(random() >> random() % 64));
    }
  }
}
