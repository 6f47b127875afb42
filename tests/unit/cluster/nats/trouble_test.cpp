// SPDX-License-Identifier: MIT
#include "cluster/nats/trouble.hpp"

#include <doctest/doctest.h>

namespace oneshot::cluster {
namespace {

using namespace std::chrono_literals;

TEST_CASE("of several troubles that one is told which says most, until it is over") {
  Trouble trouble;
  const SteadyTime now{100s};
  CHECK(trouble.words(now).empty());
  trouble.note(Trouble::Met::storing, "no room", true, now);
  trouble.note(Trouble::Met::reading, "no stream", false, now);
  CHECK(trouble.words(now) == "no stream");
  CHECK(trouble.refuses(now));
  trouble.forget(Trouble::Met::reading);
  CHECK(trouble.words(now) == "no room");
  trouble.forget(Trouble::Met::storing);
  CHECK(trouble.words(now).empty());
  CHECK_FALSE(trouble.refuses(now));
}

TEST_CASE("a trouble that was not met again for some seconds is over") {
  Trouble trouble;
  const SteadyTime now{100s};
  trouble.note(Trouble::Met::rights, "forbidden", true, now);
  CHECK(trouble.refuses(now + Trouble::lasts - 1ms));
  CHECK_FALSE(trouble.refuses(now + Trouble::lasts));
  CHECK(trouble.words(now + Trouble::lasts).empty());
  trouble.note(Trouble::Met::rights, "forbidden", false, now + 1h);
  CHECK_FALSE(trouble.refuses(now + 1h));
}

}  // namespace
}  // namespace oneshot::cluster
