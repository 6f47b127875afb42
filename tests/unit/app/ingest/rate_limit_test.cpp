// SPDX-License-Identifier: MIT
#include "app/ingest/limits/rate_limit.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace oneshot::app {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1000s};
constexpr std::uint64_t somebody = 0x0000'FFFF'0A00'0007;

bool takes(RateLimit& limit, std::uint64_t sender, std::size_t events, const Rate& rate, SteadyTime now) {
  return limit.take(sender, events, rate, now) == 0ns;
}

std::size_t taken_one_by_one(RateLimit& limit, std::uint64_t sender, const Rate& rate, SteadyTime now) {
  std::size_t taken = 0;
  while (takes(limit, sender, 1, rate, now)) ++taken;
  return taken;
}

TEST_CASE("a sender gets its burst at once, and then so many a second") {
  RateLimit limit;
  const Rate rate{.per_second = 10, .burst = 50};
  CHECK(taken_one_by_one(limit, somebody, rate, start) == 50);
  CHECK(limit.take(somebody, 1, rate, start) == 100ms);
  CHECK(taken_one_by_one(limit, somebody, rate, start + 99ms) == 0);
  CHECK(taken_one_by_one(limit, somebody, rate, start + 100ms) == 1);
  CHECK(taken_one_by_one(limit, somebody, rate, start + 2100ms) == 20);
  CHECK(taken_one_by_one(limit, somebody, rate, start + 1h) == 50);
}

TEST_CASE("what is refused costs nothing, and the wait is as long as it is said to be") {
  RateLimit limit;
  const Rate rate{.per_second = 10, .burst = 50};
  REQUIRE(takes(limit, somebody, 40, rate, start));
  for (int i = 0; i < 100; ++i) CHECK(limit.take(somebody, 20, rate, start) == 1s);
  CHECK_FALSE(takes(limit, somebody, 20, rate, start + 999ms));
  CHECK(takes(limit, somebody, 20, rate, start + 1s));
}

TEST_CASE("a batch larger than the bucket comes in when that is full, and is paid for") {
  RateLimit limit;
  const Rate rate{.per_second = 10, .burst = 50};
  CHECK(takes(limit, somebody, 1000, rate, start));
  CHECK(limit.take(somebody, 1, rate, start) == 95s + 100ms);  // 950 that were not there, and this one
  REQUIRE(takes(limit, somebody, 1, rate, start + 100s));
  CHECK_FALSE(takes(limit, somebody, 1000, rate, start + 100s));
}

TEST_CASE("senders do not share a bucket") {
  RateLimit limit;
  const Rate rate{.per_second = 1, .burst = 1};
  // So few that, whatever the seed, no nine of them share the eight places of a set (once in 10^10 runs).
  for (std::uint64_t sender = 0; sender < 100; ++sender) CHECK(takes(limit, sender, 1, rate, start));
  for (std::uint64_t sender = 0; sender < 100; ++sender) CHECK_FALSE(takes(limit, sender, 1, rate, start));
}

TEST_CASE("whoever is limited stays so, however many others come for one event each") {
  RateLimit limit;
  const Rate rate{.per_second = 10, .burst = 50};
  REQUIRE(taken_one_by_one(limit, somebody, rate, start) == 50);
  for (std::uint64_t sender = 1; sender <= 100'000; ++sender)
    REQUIRE(takes(limit, sender << 16, 1, rate, start + std::chrono::microseconds(sender)));
  CHECK(taken_one_by_one(limit, somebody, rate, start + 100ms) == 1);
}

TEST_CASE("a limit that a reload changes counts at once") {
  RateLimit limit;
  REQUIRE(taken_one_by_one(limit, somebody, Rate{.per_second = 10, .burst = 50}, start) == 50);
  CHECK(taken_one_by_one(limit, somebody, Rate{.per_second = 10, .burst = 60}, start) == 10);
}

TEST_CASE("the widest settings do not overflow") {
  RateLimit limit;
  const Rate slow{.per_second = 1, .burst = 10'000'000};
  CHECK(takes(limit, somebody, 10'000'000, slow, start));
  CHECK(limit.take(somebody, 1, slow, start) == 1s);
  const Rate fast{.per_second = 1'000'000, .burst = 1};
  CHECK(taken_one_by_one(limit, 1, fast, start) == 1);
  CHECK(limit.take(1, 1, fast, start) == 1us);
}

TEST_CASE("two threads take no token twice") {
  RateLimit limit;
  const Rate rate{.per_second = 1, .burst = 20'000};
  std::vector<std::size_t> taken(2);
  {
    std::vector<std::jthread> threads;
    for (std::size_t& mine : taken)
      threads.emplace_back([&limit, &rate, &mine] { mine = taken_one_by_one(limit, somebody, rate, start); });
  }
  CHECK(taken[0] + taken[1] == 20'000);
}

}  // namespace
}  // namespace oneshot::app
