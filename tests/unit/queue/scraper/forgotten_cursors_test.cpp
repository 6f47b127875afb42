// SPDX-License-Identifier: MIT
#include "queue/local/scraper/forgotten_cursors.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace oneshot::queue {
namespace {

constexpr event_log::Offset begin_of_log{};

event_log::Offset at(std::uint64_t events) { return {.bytes = events * 40, .events = events}; }

TEST_CASE("a scraper that comes again goes on where it was, once") {
  ForgottenCursors cursors;
  cursors.note("a", at(3));
  cursors.note("b", at(7));
  CHECK(cursors.take("a") == at(3));
  CHECK(cursors.take("a") == begin_of_log);
  CHECK(cursors.take("b") == at(7));
}

TEST_CASE("a name that nobody had begins at the begin of the log") {
  ForgottenCursors cursors;
  CHECK(cursors.take("a") == begin_of_log);
  cursors.note("ab", at(3));
  CHECK(cursors.take("a") == begin_of_log);
}

TEST_CASE("a scraper that is forgotten twice goes on at the later cursor") {
  ForgottenCursors cursors;
  cursors.note("a", at(3));
  cursors.note("a", at(9));
  CHECK(cursors.take("a") == at(9));
  CHECK(cursors.take("a") == begin_of_log);
}

TEST_CASE("the last 256 names are remembered, and one that was noted again is among the last") {
  ForgottenCursors cursors;
  for (std::uint64_t i = 0; i < 256; ++i) cursors.note(std::to_string(i), at(i + 1));
  cursors.note("0", at(1000));
  cursors.note("one more", at(2000));
  CHECK(cursors.take("1") == begin_of_log);
  CHECK(cursors.take("2") == at(3));
  CHECK(cursors.take("0") == at(1000));
  CHECK(cursors.take("one more") == at(2000));
}

}  // namespace
}  // namespace oneshot::queue
