// SPDX-License-Identifier: MIT
#include "base/result.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace oneshot;

namespace {

Result<std::unique_ptr<int>> half(int number) {
  if (number % 2 != 0) return Unexpected{std::to_string(number) + " is odd"};
  return std::make_unique<int>(number / 2);
}

}  // namespace

TEST_CASE("a result is a value or the reason why there is none") {
  auto good = half(8);
  REQUIRE(good);
  CHECK(good.has_value());
  CHECK(**good == 4);
  CHECK(*std::move(*good) == 4);

  const auto bad = half(7);
  REQUIRE_FALSE(bad);
  CHECK_FALSE(bad.has_value());
  CHECK(bad.error() == "7 is odd");
}

TEST_CASE("value and error may be of one type") {
  const Result<std::string> value = std::string("fine");
  const Result<std::string> error = Unexpected{"wrong"};
  CHECK(value.has_value());
  CHECK(*value == "fine");
  CHECK(value->size() == 4);
  CHECK_FALSE(error.has_value());
  CHECK(error.error() == "wrong");
}

TEST_CASE("a result without a value is the reason why something did not work, or nothing") {
  const auto check = [](bool works) -> Result<void, std::string> {
    if (!works) return Unexpected{"it does not"};
    return {};
  };
  CHECK(check(true));
  CHECK(check(true).has_value());
  REQUIRE_FALSE(check(false));
  CHECK(check(false).error() == "it does not");
}
