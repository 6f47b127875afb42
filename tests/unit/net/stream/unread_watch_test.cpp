// SPDX-License-Identifier: MIT
#include "net/stream/unread_watch.hpp"

#include <doctest/doctest.h>

namespace oneshot::net {
namespace {

using std::chrono::seconds;

constexpr seconds patience{10};

SteadyTime at(int second) { return SteadyTime(seconds(second)); }

}  // namespace

TEST_CASE("nothing to look for until something is written, and after all was read") {
  UnreadWatch watch;
  CHECK(watch.is_quiet());
  watch.note_written();
  CHECK_FALSE(watch.is_quiet());
  CHECK_FALSE(watch.look({0, 100}, at(0), patience));
  CHECK(watch.is_quiet());
  CHECK_FALSE(watch.is_stale());
}

TEST_CASE("what is not acknowledged counts as unread after the time given") {
  UnreadWatch watch;
  watch.note_written();
  CHECK_FALSE(watch.look({50, 100}, at(0), patience));
  CHECK_FALSE(watch.is_stale());
  CHECK_FALSE(watch.look({50, 100}, at(1), patience));
  CHECK(watch.is_stale());
  CHECK_FALSE(watch.look({50, 100}, at(9), patience));
  CHECK(watch.look({50, 100}, at(10), patience));
}

TEST_CASE("a peer that reads a little now and then is late for the rest") {
  UnreadWatch watch;
  watch.note_written();
  for (unsigned second = 0; second < 10; ++second)
    CHECK_FALSE(watch.look({1000 - second, 100 + second}, at(static_cast<int>(second)), patience));
  CHECK(watch.look({1000 - 10, 100 + 10}, at(10), patience));
}

TEST_CASE("a peer that has read what was there has its time for what was written since") {
  UnreadWatch watch;
  watch.note_written();
  CHECK_FALSE(watch.look({50, 100}, at(0), patience));
  CHECK_FALSE(watch.look({70, 149}, at(9), patience));
  CHECK(watch.is_stale());
  CHECK_FALSE(watch.look({70, 150}, at(9), patience));
  CHECK_FALSE(watch.is_stale());
  CHECK_FALSE(watch.look({70, 150}, at(18), patience));
  CHECK(watch.look({70, 150}, at(19), patience));
}

}  // namespace oneshot::net
