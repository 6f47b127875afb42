// SPDX-License-Identifier: MIT
#include "net/eviction/expected_ends.hpp"

#include <doctest/doctest.h>

namespace oneshot::net {
namespace {

using std::chrono::milliseconds;

SteadyTime at(int ms) { return SteadyTime{} + std::chrono::hours(1) + milliseconds(ms); }

TEST_SUITE("expected ends") {
  TEST_CASE("those who wait are stuck since nobody has ended and nobody could be evicted") {
    ExpectedEnds ends;
    CHECK(ends.stuck_for(7, at(0)) == milliseconds(0));
    CHECK(ends.stuck_for(7, at(20)) == milliseconds(20));
    CHECK(ends.stuck_for(7, at(60)) == milliseconds(60));
    CHECK(ends.stuck_for(8, at(80)) == milliseconds(0));
    CHECK(ends.stuck_for(8, at(100)) == milliseconds(20));
    ends.add(1, 8);
    CHECK(ends.stuck_for(8, at(120)) == milliseconds(0));
    ends.give_up();
    CHECK(ends.stuck_for(8, at(140)) == milliseconds(20));
  }

  TEST_CASE("who has not waited for half a second begins anew") {
    ExpectedEnds ends;
    CHECK(ends.stuck_for(7, at(0)) == milliseconds(0));
    CHECK(ends.stuck_for(7, at(40)) == milliseconds(40));
    CHECK(ends.stuck_for(7, at(540)) == milliseconds(0));
  }

  TEST_CASE("time in which the accepting thread did not run makes nobody stuck at once") {
    ExpectedEnds ends;
    CHECK(ends.stuck_for(7, at(0)) == milliseconds(0));
    CHECK(ends.stuck_for(7, at(400)) == milliseconds(50));
    CHECK(ends.stuck_for(7, at(420)) == milliseconds(70));
  }
}

}  // namespace
}  // namespace oneshot::net
