// SPDX-License-Identifier: MIT
//
// Replies that the peer does not read: from when a connection counts as such, and what becomes of it.
#include <doctest/doctest.h>

#include <string>

#include "net/stream/kernel_buffers.hpp"
#include "support/session_rig.hpp"

namespace {

using oneshot::delivery::Outcome;
using oneshot::test::SessionRig;
using std::chrono::milliseconds;
using Phase = oneshot::net::Session::Phase;

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

/// The worker's looks, up to `last`. The header timeout is 1 s.
void look(SessionRig& rig, milliseconds last) {
  for (milliseconds time{0}; time <= last && !rig.ended(); time += milliseconds(250)) {
    rig.session().check_deadline(SessionRig::in(time));
    rig.run();
  }
}

int resets(const SessionRig& rig) { return static_cast<int>(rig.resets()); }

}  // namespace

TEST_CASE("a reply of any kind that is not acknowledged within header_timeout ends in a reset") {
  for (const std::string path : {"/a", "/later", "/throw", "/body?70", "/stream?5000"}) {
    CAPTURE(path);
    SessionRig rig;
    rig.peer->acknowledge(false);
    rig.peer->send(get(path));
    rig.run();
    look(rig, milliseconds(750));
    REQUIRE_FALSE(rig.ended());
    CHECK(rig.session().has_unread_reply());
    look(rig, milliseconds(1250));
    CHECK(rig.ended());
    CHECK(rig.peer->reset_by_us);
    CHECK(resets(rig) == 1);
    CHECK(rig.broken_rule() == "");
  }
}

TEST_CASE("a reply that is read is none of these, however long the connection rests") {
  SessionRig rig;
  rig.peer->send(get("/a"));
  rig.run();
  look(rig, milliseconds(4000));
  CHECK_FALSE(rig.ended());
  CHECK_FALSE(rig.session().has_unread_reply());
  CHECK(resets(rig) == 0);
}

TEST_CASE("reading a byte now and then does not help") {
  SessionRig rig;
  rig.peer->acknowledge(false);
  rig.peer->send(get("/body?500"));
  rig.run();
  for (milliseconds time{0}; time <= milliseconds(1250) && !rig.ended(); time += milliseconds(250)) {
    rig.session().check_deadline(SessionRig::in(time));
    rig.run();
    rig.peer->acknowledge(std::size_t{10});
  }
  CHECK(rig.ended());
  CHECK(resets(rig) == 1);
}

TEST_CASE("a batch has the time of its receipt") {
  SessionRig rig;
  rig.peer->acknowledge(false);
  rig.peer->send(get("/batch?50"));
  rig.run();
  look(rig, milliseconds(4000));
  CHECK_FALSE(rig.ended());
  rig.peer->acknowledge(true);
  rig.peer->send(get("/a"));
  rig.run();
  CHECK(rig.receipts[0]->outcome == Outcome::delivered);
  CHECK(resets(rig) == 0);
}

TEST_CASE("replies behind a batch are read in time, or its receipt is settled by what it had") {
  SessionRig rig;
  rig.reply_time = milliseconds(0);
  rig.peer->send(get("/batch?50") + get("/a"));
  rig.peer->acknowledge(false);
  rig.run();
  if (!rig.ended()) look(rig, milliseconds(1500));
  CHECK(rig.ended());
  CHECK(rig.peer->reset_by_us);
  CHECK(rig.all_receipts_settled_once());
  CHECK(rig.broken_rule() == "");
}

TEST_CASE("an end of the peer does not leave what it has not read to the kernel") {
  SessionRig rig;
  rig.peer->acknowledge(false);
  rig.peer->send(get("/a"));
  rig.run();
  rig.peer->end();
  rig.run();
  REQUIRE_FALSE(rig.ended());
  CHECK(rig.session().phase() == Phase::ending);
  CHECK(rig.peer->ended_by_us);
  SUBCASE("it reads after all") {
    rig.peer->acknowledge(true);
    CHECK(rig.run_until([&] { return rig.ended(); }));
    CHECK_FALSE(rig.peer->reset_by_us);
    CHECK(resets(rig) == 0);
  }
  SUBCASE("it does not") {
    look(rig, milliseconds(1250));
    CHECK(rig.run_until([&] { return rig.ended(); }));
    CHECK(rig.peer->reset_by_us);
    CHECK(resets(rig) == 1);
  }
}

TEST_CASE("an end of ours waits for the reader as long as any reply") {
  SessionRig rig;
  rig.peer->acknowledge(false);
  rig.peer->send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  rig.run();
  CHECK(rig.session().phase() == Phase::ending);
  look(rig, milliseconds(1250));
  CHECK(rig.ended());
  CHECK(rig.peer->reset_by_us);
  CHECK(resets(rig) == 1);
}

TEST_CASE("one that makes room is told so, or reset where it does not read") {
  SessionRig rig;
  rig.peer->acknowledge(false);
  rig.peer->send(get("/a"));
  rig.run();
  SUBCASE("at once: the reply may be on its way") {
    rig.session().evict(SessionRig::in(milliseconds(0)));
    rig.run();
    CHECK(rig.ended());
    CHECK_FALSE(rig.peer->reset_by_us);
    CHECK(rig.peer->given_up_after > milliseconds(0));  // and not kept by the kernel for ever
    CHECK(rig.replies().back().status == 503);
  }
  SUBCASE("after a while") {
    look(rig, milliseconds(500));
    rig.session().evict(SessionRig::in(milliseconds(500)));
    rig.run();
    CHECK(rig.ended());
    CHECK(rig.peer->reset_by_us);
    CHECK(rig.replies().size() == 1);
  }
}

TEST_CASE("a long reply has a larger send buffer until it is read, where there is memory for it") {
  SessionRig rig;
  SUBCASE("there is") {
    rig.peer->acknowledge(false);
    rig.peer->send(get("/pieces?90000"));
    rig.run();
    CHECK(rig.peer->send_buffer == oneshot::net::long_reply_send_buffer);
    CHECK(rig.memory.used() == oneshot::net::long_reply_send_buffer - oneshot::net::usual_send_buffer);
    rig.session().check_deadline(SessionRig::in(milliseconds(100)));
    CHECK(rig.memory.used() > 0);
    rig.peer->acknowledge(true);
    rig.session().check_deadline(SessionRig::in(milliseconds(200)));
    CHECK(rig.memory.used() == 0);
    CHECK(rig.peer->send_buffer == oneshot::net::usual_send_buffer);
  }
  SUBCASE("there is not") {
    rig.memory.set_limit(500 * 1024);
    rig.peer->send(get("/pieces?90000"));
    rig.run();
    CHECK(rig.peer->send_buffer == 0);
    CHECK(rig.memory.used() == 0);
    CHECK(rig.peer->written.size() > 90000);
    CHECK(rig.memory.refusals() == 0);
  }
}

TEST_CASE("an answer that waits for its reader has memory of the budget, or the connection is reset") {
  SessionRig rig;
  rig.peer->set_room(100);
  SUBCASE("there is memory") {
    rig.peer->send(get("/body?100000"));
    rig.run();
    CHECK(rig.session().phase() == Phase::writing);
    CHECK(rig.memory.used() >= 99'000);
    rig.peer->set_room(std::string::npos);
    rig.run();
    CHECK(rig.memory.used() == 0);
    CHECK(rig.replies().size() == 1);
  }
  SUBCASE("there is none") {
    rig.memory.set_limit(100 * 1024);
    rig.peer->send(get("/body?100000"));
    rig.run();
    CHECK(rig.ended());
    CHECK(rig.peer->reset_by_us);
    CHECK(rig.memory.refusals() == 1);
    CHECK(rig.memory.used() == 0);
  }
  SUBCASE("others want it: less time than usual is left") {
    rig.options.header_timeout = milliseconds(10'000);
    rig.memory.set_limit(180 * 1024);
    rig.peer->send(get("/body?100000"));
    rig.run();
    rig.session().check_deadline(SessionRig::in(milliseconds(1500)));
    rig.run();
    CHECK_FALSE(rig.ended());
    rig.session().check_deadline(SessionRig::in(milliseconds(2500)));
    rig.run();
    CHECK(rig.ended());
  }
}

// Else a batch that takes all of it, such as one of more events than there is memory for, would be reset each time.
TEST_CASE("a batch that its scraper takes slowly goes on although batches have all the memory that they may have") {
  using Use = oneshot::http::MemoryBudget::Use;
  SessionRig rig;
  oneshot::http::MemoryBudget::Lease others;
  REQUIRE(others.grow_to(rig.memory, rig.memory.limit(Use::batch), Use::batch));
  rig.peer->set_room(1000);
  rig.peer->send(get("/pieces?100000"));
  rig.run();
  REQUIRE_FALSE(rig.ended());
  CHECK(rig.memory.used() > rig.memory.limit(Use::batch));
  rig.peer->set_room(std::string::npos);
  rig.run();
  REQUIRE(rig.replies().size() == 1);
  CHECK(rig.replies().back().body.size() == 100'000);
  CHECK(rig.memory.used() == others.bytes());
  rig.peer->end();
  rig.run();
  CHECK(rig.ended());
  CHECK_FALSE(rig.peer->reset_by_us);
  CHECK(rig.broken_rule() == "");
}
