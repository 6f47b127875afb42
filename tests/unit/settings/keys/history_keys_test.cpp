// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

#include "unit/settings/parsed.hpp"

using namespace std::chrono_literals;
using oneshot::settings::test::good;

TEST_CASE("every key of [history] is taken over") {
  const auto settings = good("[history]\nseconds = 0.5\nmax_mib = 0\nsenders = true");
  CHECK(settings.queue.history == 500ms);
  CHECK(settings.queue.history_bytes == 0);
  CHECK(settings.queue.keep_senders);
  CHECK(good("history.max_mib = 524288").queue.history_bytes == std::uint64_t{524'288} << 20);
}
