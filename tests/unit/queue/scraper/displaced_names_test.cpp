// SPDX-License-Identifier: MIT
#include "queue/local/scraper/displaced_names.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;

namespace oneshot::queue {
namespace {

constexpr SteadyTime start{1h};
constexpr std::chrono::milliseconds hour{1h};

TEST_CASE("a name that was never displaced has no scrapes before") {
  DisplacedNames names;
  CHECK(names.scrapes_before("a", start, hour) == 0);
  names.note("a", start, 2);
  CHECK(names.scrapes_before("b", start + 1s, hour) == 0);
}

TEST_CASE("a scrape goes on from those before if it comes half a second later") {
  DisplacedNames names;
  names.note("a", start, 2);
  CHECK(names.scrapes_before("a", start + 499ms, hour) == 0);
  CHECK(names.scrapes_before("a", start + 500ms, hour) == 2);
}

TEST_CASE("a scrape that comes too late is a first one") {
  DisplacedNames names;
  names.note("a", start, 2);
  CHECK(names.scrapes_before("a", start + 10min, 10min) == 2);
  CHECK(names.scrapes_before("a", start + 10min + 1ms, 10min) == 0);
}

TEST_CASE("the last displacement of a name counts") {
  DisplacedNames names;
  names.note("a", start, 1);
  names.note("a", start + 10s, 2);
  CHECK(names.scrapes_before("a", start + 10s + 100ms, hour) == 0);
  CHECK(names.scrapes_before("a", start + 11s, hour) == 2);
}

TEST_CASE("asking changes nothing") {
  DisplacedNames names;
  names.note("a", start, 1);
  for (int i = 1; i < 4; ++i) CHECK(names.scrapes_before("a", start + i * 1s, hour) == 1);
}

TEST_CASE("names in masses are remembered, and hardly any other name is taken for one of them") {
  DisplacedNames names;
  const auto name = [](int number) { return "stranger-" + std::to_string(number); };
  for (int i = 0; i < 10'000; ++i) names.note(name(i), start, 2);
  const auto known = [&](int from) {
    int count = 0;
    for (int i = from; i < from + 10'000; ++i) count += names.scrapes_before(name(i), start + 1s, hour) == 2 ? 1 : 0;
    return count;
  };
  CHECK(known(0) > 9'000);   // of 65,536 places few are taken twice
  CHECK(known(10'000) < 5);  // of a hash of 32 bits
}

}  // namespace
}  // namespace oneshot::queue
