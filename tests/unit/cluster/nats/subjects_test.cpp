// SPDX-License-Identifier: MIT
#include "cluster/nats/subjects.hpp"

#include <doctest/doctest.h>

namespace oneshot::cluster {
namespace {

TEST_CASE("a name with dots, blanks or wildcards stays one word of a subject, and two names never become one") {
  const Subjects subjects("my cluster", "host.example", 0x1f);
  CHECK(subjects.stream == "ONESHOT_my=20cluster");
  CHECK(subjects.of(Subject::events) == "oneshot.my=20cluster.log.e");
  CHECK(subjects.own_ask == "oneshot.my=20cluster.ask.host=2eexample");
  CHECK(subjects.ask("*") == "oneshot.my=20cluster.ask.=2a");
  CHECK(subjects.ask("a=2e") != subjects.ask("a."));
  CHECK(subjects.in("a", 7) == "oneshot.my=20cluster.in.000000000000001f.a.7");
}

TEST_CASE("a subject of the log says what stands there, and one that nobody of us wrote says nothing") {
  const Subjects subjects("x", "r", 1);
  CHECK(subjects.subject_in("oneshot.x.log.e") == Subject::events);
  CHECK(subjects.subject_in("oneshot.x.log.c") == Subject::commands);
  CHECK_FALSE(subjects.subject_in("oneshot.x.log.t.1.2.3"));
  CHECK_FALSE(subjects.subject_in("oneshot.y.log.e"));
  const auto part = subjects.part_in(subjects.part({.checkpoint = "b-3", .part = 2, .parts = 4}));
  REQUIRE(part);
  CHECK(part->checkpoint == "b-3");
  CHECK(part->part == 2);
  CHECK(part->parts == 4);
  for (const char* const wrong :
       {"oneshot.x.log.k.b.0.1", "oneshot.x.log.k.b.2.1", "oneshot.x.log.k.b.1", "oneshot.x.log.k.b.x.2",
        "oneshot.x.log.k.b.1.18446744073709551615", "oneshot.x.log.e", "oneshot.y.log.k.b.1.1"})
    CHECK_FALSE(subjects.part_in(wrong));
}

TEST_CASE("what was trimmed is read back from its subject, and only grows") {
  const Subjects subjects("x", "r", 1);
  auto trimmed = subjects.trimmed_in(subjects.trimmed({.events = 5, .commands = 9, .checkpoints = 7}));
  REQUIRE(trimmed);
  CHECK(trimmed->highest() == 9);
  trimmed->merge({.events = 6, .commands = 1, .checkpoints = 1});
  CHECK(trimmed->events == 6);
  CHECK(trimmed->commands == 9);
  CHECK_FALSE(subjects.trimmed_in("oneshot.x.log.t.1.2"));
  CHECK_FALSE(subjects.trimmed_in("oneshot.x.log.t.1.2.x"));
}

}  // namespace
}  // namespace oneshot::cluster
