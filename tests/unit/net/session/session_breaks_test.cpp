// SPDX-License-Identifier: MIT
//
// One long history of a connection, broken off after each of its steps in every way: whatever happens then, the rules
// of SessionRig::broken_rule() hold, and the session ends.
#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "support/session_rig.hpp"

namespace {

using oneshot::delivery::Outcome;
using oneshot::test::SessionRig;
using std::chrono::milliseconds;
using Step = std::function<void(SessionRig&)>;

Step sends(std::string bytes) {
  return [bytes](SessionRig& rig) { rig.peer->send(bytes); };
}
Step room(std::size_t bytes) {
  return [bytes](SessionRig& rig) { rig.peer->set_room(bytes); };
}
Step acknowledges(bool all) {
  return [all](SessionRig& rig) { rig.peer->acknowledge(all); };
}

const std::vector<Step> history{
    sends("POST /event HTTP/1.1\r\nHo"),
    sends("st: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
    sends("x"),
    sends("=1"),
    sends("GET /batch?300 HTTP/1.1\r\nHost: a\r\n\r\n"),
    sends("GET /later HTTP/1.1\r\nHost: a\r\n\r\nHEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /a"),
    acknowledges(false),
    sends(" HTTP/1.1\r\nHost: a\r\n\r\n"),
    sends("GET /pieces?90000 HTTP/1.1\r\nHost: a\r\n\r\n"),
    acknowledges(true),
    sends("\r\n"),
    room(100),
    sends("GET /pieces?900 HTTP/1.1\r\nHost: a\r\n\r\n"),
    room(300),
    sends("GET /body?200 HTTP/1.1\r\nHost: a\r\n\r\n"),
    room(900),
    room(std::string::npos),
    sends("GET /until HTTP/1.1\r\nHost: a\r\n\r\n"),
    [](SessionRig& rig) { rig.event.notifier()(); },
    sends("POST /pending HTTP/1.1\r\nHost: a\r\n\r\nPOST /pending HTTP/1.1\r\nHost: a\r\n\r\nGET /a"),
    sends(" HTTP/1.1\r\nHost: a\r\n\r\n"),
    [](SessionRig& rig) { rig.finish_pending(); },
    sends("GET /batch?5 HTTP/1.1\r\nHost: a\r\n\r\n"),
    sends("GET /batch?5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    [](SessionRig& rig) { rig.peer->end(); },
};

struct Break {
  const char* name;
  Step happens;
};

const std::array breaks{
    Break{"end", [](SessionRig& rig) { rig.peer->end(); }},
    Break{"reset", [](SessionRig& rig) { rig.peer->reset(); }},
    Break{"end and reset",
          [](SessionRig& rig) {
            rig.peer->end();
            rig.run();
            rig.peer->reset();
          }},
    Break{"no more requests", [](SessionRig& rig) { rig.peer->end_requests(); }},
    Break{"deadline", [](SessionRig& rig) { rig.session().check_deadline(SessionRig::in(milliseconds(6000))); }},
    Break{"eviction", [](SessionRig& rig) { rig.session().evict(SessionRig::in(milliseconds(1000))); }},
    Break{"stop", [](SessionRig& rig) { rig.session().stop(); }},
    Break{"stop now", [](SessionRig& rig) { rig.session().stop_now(); }},
    Break{"destroyed", [](SessionRig& rig) { rig.destroy_session(); }},
    Break{"nonsense", sends("\x01\r\n\r\n")},
};

/// Whether the session has handled each step before the break, or the break comes while it has work to do.
void go(SessionRig& rig, std::size_t steps, bool settled) {
  for (std::size_t i = 0; i < steps && !rig.ended(); ++i) {
    history[i](rig);
    if (settled || i + 1 < steps) rig.run();
  }
}

enum class Stop { no, now };  ///< whether the program's stop spares the test the waits for what may still come

void check_end(SessionRig& rig, Stop stop = Stop::now) {
  rig.run();
  CHECK(rig.broken_rule() == "");
  rig.peer->set_room(std::string::npos);
  rig.peer->acknowledge(true);
  rig.event.notifier()();
  rig.finish_pending(true);
  rig.run();
  rig.peer->end();
  rig.run();
  if (stop == Stop::now && !rig.ended()) rig.session().stop_now();
  CHECK(rig.run_until([&] { return rig.ended(); }));
  CHECK(rig.broken_rule() == "");
  CHECK(rig.peer->closed);
}

TEST_SUITE("session breaks") {
  TEST_CASE("the history itself is answered whole") {
    SessionRig rig;
    rig.reply_time = milliseconds(60'000);
    go(rig, history.size(), true);
    CHECK(rig.run_until([&] { return rig.ended(); }));
    CHECK(rig.requests.size() == 14);
    CHECK(rig.broken_rule() == "");
    for (const auto& receipt : rig.receipts) CHECK(receipt->outcome == Outcome::delivered);
  }

  TEST_CASE("after each step everything that can break does, and the rules hold") {
    for (const bool settled : {true, false}) {
      for (const bool inside : {true, false}) {
        for (std::size_t steps = 0; steps <= history.size(); ++steps) {
          for (const Break& end : breaks) {
            CAPTURE(steps);
            CAPTURE(settled);
            CAPTURE(inside);
            CAPTURE(end.name);
            SessionRig rig;
            rig.reply_time = milliseconds(60'000);
            rig.peer->keeps_rest_inside = inside;
            rig.peer->notices_late = !settled;
            go(rig, steps, settled);
            if (!rig.ended()) end.happens(rig);
            check_end(rig, settled && !inside ? Stop::no : Stop::now);
          }
        }
      }
    }
  }

  TEST_CASE("two breaks in a row keep the rules as well") {
    for (std::size_t steps = 0; steps <= history.size(); ++steps) {
      for (const Break& first : breaks) {
        for (const Break& second : breaks) {
          CAPTURE(steps);
          CAPTURE(first.name);
          CAPTURE(second.name);
          SessionRig rig;
          rig.reply_time = milliseconds(60'000);
          go(rig, steps, true);
          if (!rig.ended()) first.happens(rig);
          if (!rig.ended()) second.happens(rig);
          check_end(rig);
        }
      }
    }
  }

  TEST_CASE("a reset, a stop and a timeout at each byte of a reply keep the rules") {
    for (const std::string path : {"/body?20", "/pieces?20", "/batch?20"}) {
      for (std::size_t room = 0; room < 160; room += 1) {
        for (const Break& end : breaks) {
          CAPTURE(path);
          CAPTURE(room);
          CAPTURE(end.name);
          SessionRig rig;
          rig.peer->set_room(room);
          rig.peer->send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
          rig.run();
          end.happens(rig);
          check_end(rig);
        }
      }
    }
  }
}

}  // namespace
