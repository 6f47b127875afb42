// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <doctest/doctest.h>

#include <ctime>

using namespace oneshot;

TEST_CASE("the system's clocks give the time of this machine") {
  const auto before = std::chrono::steady_clock::now();
  const auto steady = system_clock().steady();
  CHECK(steady >= before);
  CHECK(steady <= std::chrono::steady_clock::now());

  const std::int64_t earliest = static_cast<std::int64_t>(std::time(nullptr)) * 1000;
  const std::int64_t now = system_clock().unix_ms();
  // time() may run behind by one tick of the kernel, and so show the second before.
  CHECK(now >= earliest);
  CHECK(now < earliest + 60'000);

  const std::int64_t coarse = system_clock().coarse_unix_ms();
  CHECK(coarse >= earliest);
  CHECK(coarse <= system_clock().unix_ms());
}
