// SPDX-License-Identifier: MIT
//
// What ends a session from outside, in each of its phases: a deadline, an eviction, the program's stop.
#include <doctest/doctest.h>

#include <string>

#include "support/session_rig.hpp"
#include "unit/net/session_ways.hpp"

namespace {

using oneshot::delivery::Outcome;
using oneshot::net::test::get;
using oneshot::net::test::reach;
using oneshot::net::test::Way;
using oneshot::net::test::ways;
using oneshot::test::SessionRig;
using std::chrono::milliseconds;
using Phase = oneshot::net::Session::Phase;

TEST_SUITE("session limits") {
  TEST_CASE("each phase has its own time limit") {
    for (const Way& way : ways) {
      CAPTURE(way.name);
      SessionRig rig;
      reach(rig, way);
      const int limit = way.phase == Phase::idle || way.phase == Phase::ending ? 5000 : 1000;
      rig.session().check_deadline(SessionRig::in(milliseconds(limit - 200)));
      rig.run();
      REQUIRE_FALSE(rig.ended());
      CHECK(rig.session().phase() == way.phase);
      rig.session().check_deadline(SessionRig::in(milliseconds(limit + 200)));
      rig.run();
      if (way.phase == Phase::handling) {
        CHECK(rig.session().phase() == Phase::handling);
      } else if (way.phase == Phase::writing || way.phase == Phase::ending) {
        CHECK(rig.ended());
        CHECK(rig.peer->reset_by_us == (way.phase == Phase::writing || !rig.receipts.empty()));
      } else {
        CHECK(rig.peer->ended_by_us);
        CHECK(rig.session().phase() == Phase::ending);
        CHECK((rig.replies().size() > 0 && rig.replies().back().status == 408) == (way.phase == Phase::header));
      }
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("the first byte of a request after an idle time starts the time of its header") {
    SessionRig rig;
    rig.peer->send(get("/a"));
    rig.run();
    rig.session().check_deadline(SessionRig::in(milliseconds(4000)));
    rig.peer->send("G");
    rig.run();
    rig.session().check_deadline(SessionRig::in(milliseconds(800)));
    rig.run();
    CHECK(rig.session().phase() == Phase::header);
  }

  TEST_CASE("stop lets what has begun be answered, and ends the rest in order") {
    for (const Way& way : ways) {
      CAPTURE(way.name);
      SessionRig rig;
      reach(rig, way);
      rig.session().stop();
      rig.run();
      REQUIRE_FALSE(rig.ended());
      switch (way.phase) {
        case Phase::idle:
          break;
        case Phase::opened:
          CHECK(rig.session().phase() == Phase::opened);  // its client knows no better than that it is served
          rig.peer->send(get("/a"));
          break;
        case Phase::header:
          rig.peer->send(rig.requests.empty() ? "TP/1.1\r\nHost: a\r\n\r\n" : " /a HTTP/1.1\r\nHost: a\r\n\r\n");
          break;
        case Phase::handling:
        case Phase::writing:
          rig.event.notifier()();
          rig.finish_pending();
          rig.peer->set_room(std::string::npos);
          break;
        case Phase::ending:
          break;
      }
      rig.run();
      CHECK(rig.peer->ended_by_us);
      rig.peer->acknowledge(true);
      rig.peer->end();
      CHECK(rig.run_until([&] { return rig.ended(); }));
      CHECK_FALSE(rig.peer->reset_by_us);
      if (way.phase == Phase::opened || way.phase == Phase::header) CHECK(rig.replies().back().close);
      for (const auto& receipt : rig.receipts) CHECK(receipt->outcome == Outcome::delivered);
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("a new connection that sends nothing waits half a second for the program's stop") {
    SessionRig rig;
    rig.session().stop();
    rig.session().check_deadline(SessionRig::in(milliseconds(300)));
    rig.run();
    CHECK(rig.session().phase() == Phase::opened);
    rig.session().check_deadline(SessionRig::in(milliseconds(600)));
    rig.run();
    CHECK(rig.session().phase() == Phase::ending);
    CHECK(rig.peer->written.empty());
  }

  TEST_CASE("a client that has read everything has a quarter of a second to answer the end at the program's stop") {
    SessionRig rig;
    rig.peer->send(get("/a"));
    rig.run();
    rig.session().stop();
    rig.run();
    REQUIRE(rig.session().phase() == Phase::ending);
    rig.session().check_deadline(SessionRig::in(milliseconds(50)));
    rig.run();
    CHECK_FALSE(rig.ended());
    rig.session().check_deadline(SessionRig::in(milliseconds(250)));
    rig.run();
    CHECK(rig.ended());
  }

  TEST_CASE("a request that has arrived but was not read when the program stops is answered") {
    SessionRig rig;
    rig.peer->notices_late = true;
    rig.peer->send(get("/a"));
    rig.run();
    rig.peer->send(get("/b"));  // in the kernel
    rig.session().stop();
    rig.run();
    CHECK(rig.replies().size() == 2);
    CHECK(rig.replies().back().close);
  }

  TEST_CASE("so is one that has arrived while the reply before it was being written") {
    SessionRig rig;
    rig.peer->set_room(3);
    rig.peer->send(get("/body?100"));
    rig.run();
    rig.peer->send(get("/b"));
    rig.session().stop();
    rig.peer->set_room(std::string::npos);
    rig.run();
    REQUIRE(rig.replies().size() == 2);
    CHECK_FALSE(rig.replies()[0].close);
    CHECK(rig.replies()[1].close);
  }

  TEST_CASE("stop_now ends each phase without the peer") {
    for (const Way& way : ways) {
      CAPTURE(way.name);
      SessionRig rig;
      reach(rig, way);
      rig.session().stop_now();
      rig.run();
      if (way.phase == Phase::handling && rig.receipts.empty()) {  // a handler that waits for an event goes on
        CHECK_FALSE(rig.ended());
        rig.event.notifier()();
        rig.finish_pending();
        rig.run();
      }
      CHECK(rig.ended());
      CHECK(rig.all_receipts_settled_once());
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("a session that is destroyed in any phase tells its receipts") {
    for (const Way& way : ways) {
      CAPTURE(way.name);
      SessionRig rig;
      reach(rig, way);
      rig.destroy_session();
      CHECK(rig.ended());
      CHECK(rig.peer->closed);
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("a cancelled read that has its bytes already is not cancelled") {
    SessionRig rig;
    rig.peer->send(get("/a"));
    rig.session().check_deadline(SessionRig::in(milliseconds(1100)));
    rig.run();
    CHECK(rig.replies().size() >= 1);
    CHECK(rig.broken_rule() == "");
  }
}

}  // namespace
