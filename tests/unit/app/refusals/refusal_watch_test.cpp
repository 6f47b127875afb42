// SPDX-License-Identifier: MIT
#include "app/refusals/refusal_watch.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace oneshot::app {
namespace {

using namespace std::chrono_literals;

Address address(int number) {
  return Address::parse("10.0." + std::to_string(number / 256) + '.' + std::to_string(number % 256)).value();
}

TEST_CASE("a client has one line a minute, with the number of those that had none") {
  RefusalWatch watch;
  const SteadyTime start{1h};
  CHECK(watch.note(address(1), start) == 0);
  CHECK_FALSE(watch.note(address(1), start).has_value());
  CHECK_FALSE(watch.note(address(1), start + 59s).has_value());
  CHECK(watch.note(address(2), start + 59s) == 0);
  CHECK(watch.note(address(1), start + 60s) == 2);
  CHECK_FALSE(watch.note(address(1), start + 61s).has_value());
  CHECK(watch.note(address(1), start + 1h) == 1);
  CHECK(watch.note(address(1), start + 2h) == 0);
}

TEST_CASE("however many clients there are, memory and lines have a bound") {
  RefusalWatch watch;
  const SteadyTime start{1h};
  std::size_t lines = 0;
  for (int i = 0; i < 5000; ++i) lines += watch.note(address(i), start).has_value() ? 1U : 0U;
  CHECK(lines == RefusalWatch::max_clients);
  CHECK_FALSE(watch.note(address(9999), start + 59s).has_value());
  CHECK(watch.note(address(0), start + 1min) == 0);  // known: its place is kept
  CHECK(watch.note(address(9999), start + 1min) == 0);
  CHECK(watch.note(address(9998), start + 1min) == 0);
  CHECK_FALSE(watch.note(address(0), start + 61s).has_value());  // the newest was not the one to go
}

}  // namespace
}  // namespace oneshot::app
