// SPDX-License-Identifier: MIT
//
// What a handler can wait for through its session.
#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "support/session_rig.hpp"

namespace {

using oneshot::test::SessionRig;
using std::chrono::milliseconds;

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

std::string only_body(const SessionRig& rig) {
  const auto replies = rig.replies();
  return replies.size() == 1 ? replies[0].body : std::to_string(replies.size()) + " replies";
}

TEST_SUITE("session waits") {
  TEST_CASE("wait ends once the event is notified, by another thread too, or had been before") {
    for (const bool before : {false, true}) {
      SessionRig rig;
      const auto notify = rig.event.notifier();
      if (before) notify();
      rig.peer->send(get("/wait"));
      rig.run();
      CHECK(rig.replies().size() == (before ? 1 : 0));
      if (!before) std::thread(notify).join();
      rig.run();
      CHECK(only_body(rig) == "waited");
    }
  }

  TEST_CASE("wait goes on whatever becomes of the client or the program") {
    SessionRig rig;
    rig.peer->send(get("/wait"));
    rig.peer->reset();
    rig.run();
    rig.session().stop();
    rig.session().stop_now();
    rig.run();
    CHECK_FALSE(rig.ended());
    rig.event.notifier()();
    rig.run();
    CHECK(rig.ended());
  }

  TEST_CASE("wait_until ends with its event") {
    SessionRig rig;
    rig.peer->send(get("/until"));
    rig.run();
    CHECK(rig.replies().empty());
    rig.event.notifier()();
    rig.run();
    CHECK(only_body(rig) == "notified");
  }

  TEST_CASE("wait_until ends with its time") {
    SessionRig rig;
    rig.reply_time = milliseconds(20);
    rig.peer->send(get("/until"));
    CHECK(rig.run_until([&] { return rig.replies().size() == 1; }));
    CHECK(only_body(rig) == "in time");
  }

  TEST_CASE("wait_until ends when the client ends or resets, before or meanwhile") {
    for (const bool before : {false, true}) {
      for (const bool reset : {false, true}) {
        SessionRig rig;
        rig.peer->send(get("/until"));
        if (!before) rig.run();
        if (reset) {
          rig.peer->reset();
        } else {
          rig.peer->end();
        }
        rig.run();
        CHECK(rig.ended());
        if (!reset) CHECK(only_body(rig) == "closed");
      }
    }
  }

  TEST_CASE("wait_until ends when the program stops, before or meanwhile") {
    for (const bool before : {false, true}) {
      SessionRig rig;
      if (before) rig.session().stop();
      rig.peer->send(get("/until"));
      rig.run();
      if (!before) rig.session().stop();
      rig.run();
      CHECK(only_body(rig) == "stopping");
      CHECK(rig.peer->ended_by_us);
    }
  }

  TEST_CASE("a pipelined request does not end wait_until, and is answered after it") {
    SessionRig rig;
    rig.peer->send(get("/until"));
    rig.run();
    rig.peer->send(get("/a"));
    rig.run();
    CHECK(rig.replies().empty());
    rig.event.notifier()();
    rig.run();
    CHECK(rig.replies().size() == 2);
    CHECK(rig.replies()[0].body == "notified");
  }

  TEST_CASE("pipelined POSTs wait for their pending replies together, and a GET behind them waits for all") {
    SessionRig rig;
    const std::string pending = "POST /pending HTTP/1.1\r\nHost: a\r\n\r\n";
    rig.peer->send(pending + pending + "POST /a HTTP/1.1\r\nHost: a\r\n\r\n" + get("/b"));
    rig.run();
    CHECK(rig.requests.size() == 3);
    CHECK(rig.peer->written.empty());
    rig.finish_pending();
    rig.run();
    CHECK(rig.requests.size() == 4);
    const auto replies = rig.replies();
    REQUIRE(replies.size() == 4);
    CHECK(replies[0].body == "pending");
    CHECK(replies[1].body == "pending");
    CHECK(replies[2].body.empty());
    CHECK(rig.broken_rule() == "");
  }

  TEST_CASE("a session that is destroyed while its handler waits leaves nothing behind") {
    for (const std::string path : {"/wait", "/until", "/later", "/pending"}) {
      SessionRig rig;
      const auto notify = rig.event.notifier();
      rig.peer->send(get(path));
      rig.run();
      rig.destroy_session();
      notify();
      CHECK(rig.ended());
    }
  }
}

}  // namespace
