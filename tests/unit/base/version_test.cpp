// SPDX-License-Identifier: MIT
#include "base/version.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oneshot;

TEST_CASE("the version is three numbers, the compiler has a name and a version") {
  CHECK(std::count(version().begin(), version().end(), '.') == 2);
  CHECK(version().find_first_not_of("0123456789.") == std::string_view::npos);
  const auto blank = compiler().find(' ');
  REQUIRE(blank != std::string_view::npos);
  const auto name = compiler().substr(0, blank);
  CHECK((name == "gcc" || name == "clang"));
  const auto number = compiler().substr(blank + 1);
  CHECK(number.find_first_not_of("0123456789.") == std::string_view::npos);
  CHECK(std::count(number.begin(), number.end(), '.') == 2);
}
