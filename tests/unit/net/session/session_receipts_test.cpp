// SPDX-License-Identifier: MIT
//
// What a session tells the receipts of its replies, whatever becomes of the connection.
#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>

#include "support/session_rig.hpp"

namespace {

using oneshot::delivery::Outcome;
using Peer = oneshot::delivery::Reader::Peer;
using oneshot::test::SessionRig;
using std::chrono::milliseconds;

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

/// One batch, written whole and acknowledged, if the peer does not say otherwise.
void write_batch(SessionRig& rig, const std::string& path = "/batch?50") {
  rig.peer->send(get(path));
  rig.run();
  REQUIRE(rig.receipts.size() == 1);
  REQUIRE(rig.receipts[0]->handed_over == 1);
  REQUIRE(rig.receipts[0]->settled == 0);
}

bool settled_as(SessionRig& rig, Outcome outcome) {
  return rig.run_until([&] { return !rig.receipts.empty() && rig.all_receipts_settled_once(); }) &&
         rig.receipts[0]->outcome == outcome && rig.broken_rule() == "";
}

TEST_SUITE("session receipts") {
  TEST_CASE("the next request says that the batch before it was read") {
    for (const std::string path : {"/batch?50", "/pieces?50"}) {
      SessionRig rig;
      write_batch(rig, path);
      CHECK(rig.receipts[0]->nothing_unread);
      rig.peer->send("G");
      rig.run();
      CHECK(rig.receipts[0]->settled == 1);
      CHECK(rig.receipts[0]->outcome == Outcome::delivered);
      rig.peer->send("ET /a HTTP/1.1\r\nHost: a\r\n\r\n");
      rig.run();
      CHECK(rig.requests.back() == "GET /a");
    }
  }

  TEST_CASE("where our end is a record that a peer may leave unread, the peer's end comes first for a second") {
    SessionRig rig;
    rig.peer->encrypted = true;
    rig.peer->send("GET /batch?50 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    rig.run();
    REQUIRE(rig.receipts.size() == 1);
    CHECK(rig.receipts[0]->handed_over == 1);
    CHECK_FALSE(rig.peer->ended_by_us);
    SUBCASE("in order") {
      rig.peer->end();
      CHECK(settled_as(rig, Outcome::delivered));
    }
    SUBCASE("by a reset, which cannot be due to our end") {
      rig.peer->reset();
      CHECK(settled_as(rig, Outcome::unconfirmed));
    }
    SUBCASE("and then ours, which changes nothing") {
      rig.peer->silent_for = milliseconds(1000);
      CHECK(rig.run_until([&] { return rig.peer->ended_by_us; }));
      CHECK(rig.receipts[0]->settled == 0);
      rig.peer->reset();
      CHECK(settled_as(rig, Outcome::delivered));
    }
    CHECK(rig.peer->misuse == "");
  }

  TEST_CASE("a reader itself that was told to close does so before our end, however late it has read its reply") {
    SessionRig rig;
    rig.peer->encrypted = rig.closes = true;
    rig.reader.peer = Peer::itself;
    rig.reply_time = milliseconds(300);
    rig.peer->silent_for = milliseconds(1000);
    const auto after_deadline = SessionRig::in(rig.reply_time + milliseconds(300));
    write_batch(rig);
    CHECK(rig.run_until([&] { return rig.peer->ended_by_us || SessionRig::in(milliseconds(0)) > after_deadline; }));
    CHECK_FALSE(rig.peer->ended_by_us);
    SUBCASE("in order") {
      rig.peer->end();
      CHECK(settled_as(rig, Outcome::delivered));
    }
    SUBCASE("and where it gives up, by a reset") {
      rig.peer->reset();
      CHECK(settled_as(rig, Outcome::unconfirmed));
    }
    SUBCASE("but at a stop ours comes at once, since the deadline is over") {
      rig.session().stop();
      CHECK(rig.run_until([&] { return rig.peer->ended_by_us; }));
    }
    SUBCASE("and after the idle timeout ours comes, which it answers when it goes on") {
      rig.session().check_deadline(SessionRig::in(milliseconds(5000)));
      CHECK(rig.run_until([&] { return rig.peer->ended_by_us; }));
      CHECK(rig.receipts[0]->settled == 0);
      rig.peer->end();
      CHECK(settled_as(rig, Outcome::delivered));
    }
  }

  TEST_CASE(
      "where the program stops, our end comes once the connection has rested, and a scraper's kept one reads it") {
    SessionRig rig;
    rig.peer->encrypted = true;
    rig.reader.peer = Peer::itself;
    rig.peer->silent_for = milliseconds(1000);
    const auto deadline = SessionRig::in(rig.reply_time);
    write_batch(rig);
    rig.session().stop();
    CHECK(rig.run_until([&] { return rig.peer->ended_by_us; }));
    CHECK(SessionRig::in(milliseconds(0)) < deadline - milliseconds(5000));
    rig.peer->end();
    CHECK(settled_as(rig, Outcome::delivered));
  }

  TEST_CASE("empty lines between requests say nothing") {
    SessionRig rig;
    write_batch(rig);
    rig.peer->send("\r\n");
    rig.run();
    CHECK(rig.receipts[0]->settled == 0);
  }

  TEST_CASE("a next request before all is acknowledged is pipelined, and the one after it tells") {
    SessionRig rig;
    rig.peer->acknowledge(false);
    write_batch(rig);
    rig.peer->send(get("/a"));
    rig.run();
    CHECK(rig.requests.back() == "pipelined GET /a");
    CHECK(rig.receipts[0]->settled == 0);
    rig.peer->acknowledge(true);
    rig.peer->send(get("/b"));
    rig.run();
    CHECK(rig.requests.back() == "GET /b");
    CHECK(settled_as(rig, Outcome::delivered));
  }

  TEST_CASE("what had arrived when the batch was handed over is pipelined, in the buffer or in the kernel") {
    const std::string early = get("/early");
    for (std::size_t in_buffer = 0; in_buffer <= early.size(); ++in_buffer) {
      SessionRig rig;
      rig.peer->send(get("/batch?50") + early.substr(0, in_buffer));
      rig.peer->send(early.substr(in_buffer));
      rig.run();
      CHECK(rig.requests.back() == "pipelined GET /early");
      CHECK(rig.receipts[0]->settled == 0);
      CHECK(rig.receipts[0]->nothing_unread == (in_buffer == early.size()));
      rig.peer->send(get("/next"));
      rig.run();
      CHECK(rig.requests.back() == "GET /next");
      CHECK(settled_as(rig, Outcome::delivered));
    }
  }

  TEST_CASE("what arrives while the last bytes wait for room is pipelined too") {
    for (const bool inside : {false, true}) {
      SessionRig rig;
      rig.peer->keeps_rest_inside = inside;
      rig.peer->set_room(10);
      rig.peer->send(get("/batch?50"));
      rig.run();
      CHECK(rig.receipts[0]->handed_over == 0);
      rig.peer->send(get("/early"));
      rig.run();
      rig.peer->set_room(std::string::npos);
      rig.run();
      CHECK(rig.receipts[0]->handed_over == 1);
      CHECK(rig.requests.back() == "pipelined GET /early");
      CHECK(rig.receipts[0]->settled == 0);
    }
  }

  TEST_CASE("the peer's orderly end is a receipt once all is acknowledged") {
    SessionRig rig;
    write_batch(rig);
    rig.peer->end();
    CHECK(settled_as(rig, Outcome::delivered));
    CHECK(rig.ended());
  }

  TEST_CASE("an end before the last acknowledgement waits for that one, and for a reset") {
    for (const bool reset : {false, true}) {
      SessionRig rig;
      rig.peer->acknowledge(false);
      write_batch(rig);
      rig.peer->end();
      rig.run();
      CHECK(rig.receipts[0]->settled == 0);
      rig.peer->acknowledge(true);
      if (reset) rig.peer->reset();
      CHECK(settled_as(rig, reset ? Outcome::unconfirmed : Outcome::delivered));
    }
  }

  TEST_CASE("a reset says that the batch was not read: unconfirmed where all was acknowledged, else truncated") {
    for (const bool acknowledged : {true, false}) {
      SessionRig rig;
      rig.peer->acknowledge(acknowledged);
      write_batch(rig);
      rig.peer->reset();
      CHECK(settled_as(rig, acknowledged ? Outcome::unconfirmed : Outcome::truncated));
      rig.run();
      CHECK(rig.ended());
    }
  }

  TEST_CASE("a reset before the last byte is written truncates the batch") {
    for (const bool inside : {false, true}) {
      SessionRig rig;
      rig.peer->keeps_rest_inside = inside;
      rig.peer->set_room(10);
      rig.peer->send(get("/pieces?50"));
      rig.run();
      rig.peer->reset();
      rig.run();
      CHECK(rig.ended());
      CHECK(settled_as(rig, Outcome::truncated));
      CHECK(rig.receipts[0]->handed_over == 0);
    }
  }

  TEST_CASE("a batch that is not acknowledged at its deadline is reset, in whichever phase") {
    const std::array<std::function<void(SessionRig&)>, 3> ways{
        [](SessionRig& rig) { rig.peer->set_room(10); },
        [](SessionRig& rig) { rig.peer->acknowledge(false); },
        [](SessionRig& rig) {
          rig.peer->acknowledge(false);
          rig.peer->end();
        },
    };
    for (const auto& way : ways) {
      SessionRig rig;
      rig.reply_time = milliseconds(30);
      rig.peer->send(get("/batch?50"));
      way(rig);
      CHECK(settled_as(rig, Outcome::timed_out));
      CHECK(rig.peer->reset_by_us);
      CHECK(rig.run_until([&] { return rig.ended(); }));
    }
  }

  TEST_CASE("at the deadline a silent scraper that has acknowledged all is probed, and its next request tells") {
    SessionRig rig;
    rig.reply_time = milliseconds(30);
    write_batch(rig);
    CHECK(rig.run_until([&] { return rig.peer->probed; }));
    CHECK(rig.receipts[0]->settled == 0);
    rig.peer->send(get("/a"));
    CHECK(settled_as(rig, Outcome::delivered));
    CHECK_FALSE(rig.peer->reset_by_us);
  }

  TEST_CASE("a reset says nothing bad of a batch once the connection has rested, nor where a proxy sends it") {
    for (const bool proxy : {false, true}) {
      for (const bool rests : {false, true}) {
        SessionRig rig;
        if (proxy) rig.reader.peer = Peer::proxy;
        write_batch(rig);
        rig.peer->silent_for = milliseconds(1000);
        if (rests) {
          const auto looked = SessionRig::in(milliseconds(1050));
          rig.run_until([&] { return SessionRig::in(milliseconds(0)) >= looked; });
        }
        rig.peer->reset();
        CHECK(settled_as(rig, proxy || rests ? Outcome::delivered : Outcome::unconfirmed));
      }
    }
  }

  TEST_CASE("a connection whose peer still acknowledges does not rest yet") {
    SessionRig rig;
    write_batch(rig);
    rig.peer->silent_for = milliseconds(500);
    const auto looked = SessionRig::in(milliseconds(1050));
    rig.run_until([&] { return SessionRig::in(milliseconds(0)) >= looked; });
    rig.peer->reset();
    CHECK(settled_as(rig, Outcome::unconfirmed));
  }

  TEST_CASE("a reset near the scrape timeout says that the scraper gave up") {
    for (const bool acknowledged : {false, true}) {
      SessionRig rig;
      rig.reader.may_give_up = SessionRig::in(milliseconds(0));
      rig.peer->acknowledge(acknowledged);
      write_batch(rig);
      rig.peer->reset();
      CHECK(settled_as(rig, Outcome::timed_out));
    }
  }

  TEST_CASE("after its deadline a reset is no sign of a scraper that gave up, if its kernel has answered the probe") {
    for (const bool answers : {false, true}) {
      SessionRig rig;
      rig.reply_time = milliseconds(30);
      rig.reader.may_give_up = SessionRig::in(milliseconds(0));
      rig.peer->silent_for = milliseconds(20);
      write_batch(rig);
      CHECK(rig.run_until([&] { return rig.peer->probed; }));
      const auto looked = SessionRig::in(milliseconds(250));
      rig.run_until([&] {
        if (!answers) rig.peer->silent_for = milliseconds(5000);
        return SessionRig::in(milliseconds(0)) >= looked;
      });
      rig.peer->reset();
      CHECK(settled_as(rig, answers ? Outcome::delivered : Outcome::timed_out));
    }
  }

  TEST_CASE("a scraper that stood still until its kernel had answered for it has not read the batch, where it resets") {
    SessionRig rig;
    rig.reply_time = milliseconds(30);
    rig.reader = {.peer = Peer::itself, .may_give_up = SessionRig::in(milliseconds(0))};
    rig.peer->silent_for = milliseconds(20);
    write_batch(rig);
    CHECK(rig.run_until([&] { return rig.peer->probed; }));
    const auto looked = SessionRig::in(milliseconds(250));
    rig.run_until([&] { return SessionRig::in(milliseconds(0)) >= looked; });
    CHECK(rig.receipts[0]->idle_resets == 0);
    rig.peer->reset();
    CHECK(settled_as(rig, Outcome::timed_out));
    CHECK(rig.receipts[0]->idle_resets == 1);
    CHECK(rig.receipts[0]->in_order);
  }

  TEST_CASE(
      "a reply that closes the connection says so, and waits for its reader's end as long as a connection idles") {
    for (const bool answers : {false, true}) {
      SessionRig rig;
      rig.closes = true;
      rig.reader.peer = Peer::itself;
      rig.options.idle_timeout = milliseconds(20'000);
      write_batch(rig);
      CHECK(rig.replies().at(0).close);
      CHECK(rig.peer->ended_by_us);
      rig.session().check_deadline(SessionRig::in(milliseconds(5500)));
      rig.run();
      CHECK(rig.receipts[0]->settled == 0);
      if (answers) {
        rig.peer->end();
      } else {
        rig.session().check_deadline(SessionRig::in(milliseconds(20'500)));
      }
      CHECK(settled_as(rig, Outcome::delivered));
    }
  }

  TEST_CASE("a batch without a receipt has its deadline all the same") {
    SessionRig rig;
    rig.reply_time = milliseconds(30);
    rig.peer->set_room(10);
    rig.peer->send(get("/stream?50"));
    rig.run();
    CHECK(rig.run_until([&] { return rig.ended(); }));
    CHECK(rig.peer->reset_by_us);
  }

  TEST_CASE("a newer scrape decides what became of a batch") {
    SessionRig rig;
    write_batch(rig);
    bool asked = false;
    auto asking = [](std::shared_ptr<oneshot::delivery::Transfer> transfer, bool& done) -> asio::awaitable<void> {
      auto work = transfer->resolve();
      const auto state = co_await std::move(work);
      done = state == oneshot::delivery::Transfer::State::settled;
    };
    rig.spawn(asking(rig.receipts[0]->transfer, asked));
    CHECK(settled_as(rig, Outcome::delivered));
    CHECK(rig.run_until([&] { return asked; }));
    CHECK_FALSE(rig.ended());
  }

  TEST_CASE("a newer scrape withdraws a batch that makes no progress") {
    SessionRig rig;
    rig.peer->acknowledge(false);
    write_batch(rig);
    auto asking = [](std::shared_ptr<oneshot::delivery::Transfer> transfer) -> asio::awaitable<void> {
      auto work = transfer->resolve();
      co_await std::move(work);
    };
    rig.spawn(asking(rig.receipts[0]->transfer));
    CHECK(settled_as(rig, Outcome::truncated));
    CHECK(rig.peer->reset_by_us);
    CHECK(rig.run_until([&] { return rig.ended(); }));
  }

  TEST_CASE("our end first, then the peer's: delivered; a reset instead: not") {
    for (const bool reset : {false, true}) {
      SessionRig rig;
      write_batch(rig);
      rig.session().check_deadline(SessionRig::in(milliseconds(5500)));
      rig.run();
      CHECK(rig.peer->ended_by_us);
      CHECK(rig.receipts[0]->settled == 0);
      if (reset) {
        rig.peer->reset();
      } else {
        rig.peer->end();
      }
      CHECK(settled_as(rig, reset ? Outcome::unconfirmed : Outcome::delivered));
      CHECK(rig.run_until([&] { return rig.ended(); }));
    }
  }
}

}  // namespace
