// SPDX-License-Identifier: MIT
// What must hold for every format: a line that is longer or shorter than was announced breaks the response.
#include "exposition/format.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/openmetrics_format.hpp"
#include "exposition/text_format.hpp"

using namespace oneshot;
using exposition::Format;
using exposition::SampleLine;
using exposition::Timestamp;

namespace {

constexpr std::string_view name = "events_to_metrics";
const std::array<const Format*, 2> every_format = {&exposition::text_format(), &exposition::openmetrics_format()};

void check_sizes(const Format& format, std::string_view labels, double value, Timestamp timestamp) {
  CAPTURE(format.content_type());
  CAPTURE(value);
  CAPTURE(timestamp.value_or(-1));
  std::string out = "before\n";
  const std::size_t before = out.size();
  format.append_sample(out, name, {labels}, value, timestamp);
  const std::size_t written = out.size() - before;
  REQUIRE(format.sample_size(name, {labels}, value, timestamp) == written);
  REQUIRE(format.frame_size(name, {labels}, timestamp) + Format::value_size(value) == written);
}

void agrees(std::string_view labels, double value, Timestamp timestamp) {
  for (const Format* format : every_format) check_sizes(*format, labels, value, timestamp);
}

}  // namespace

TEST_CASE("the length of a line is known without writing it, for any value and time") {
  std::mt19937_64 random(3);
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

TEST_CASE("many lines at once are the lines one by one, however they are cut into pieces") {
  std::mt19937_64 random(7);
  for (const Format* format : every_format) {
    for (int round = 0; round < 200; ++round) {
      std::vector<std::string> labels(1 + random() % 70);
      std::vector<SampleLine> lines;
      std::string expected = "before\n";
      for (std::string& text : labels) {
        if (random() % 4 != 0) text = "a=\"" + std::string(random() % (random() % 50 == 0 ? 5000 : 60), 'x') + '"';
        const double value = random() % 2 == 0 ? 1 : std::bit_cast<double>(random());
        const Timestamp time = random() % 2 == 0 ? Timestamp() : Timestamp(static_cast<std::int64_t>(random() >> 20));
        lines.push_back({{text}, value, time});
        format->append_sample(expected, name, {text}, value, time);
      }
      const std::size_t until = random() % (2 * expected.size());
      std::string out = "before\n";
      std::span<const SampleLine> left(lines);
      while (!left.empty()) {
        const std::size_t before = out.size();
        const std::size_t written = format->append_samples(out, name, left, until);
        REQUIRE(written >= 1);
        REQUIRE(written <= left.size());
        if (written > 1) {  // the last of them was begun below the limit
          const SampleLine& last = left[written - 1];
          REQUIRE(out.size() - format->sample_size(name, last.labels, last.value, last.timestamp) < until);
        }
        REQUIRE(out.size() > before);
        left = left.subspan(written);
      }
      REQUIRE(out == expected);
    }
  }
}
