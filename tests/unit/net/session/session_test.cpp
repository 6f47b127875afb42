// SPDX-License-Identifier: MIT
//
// One session without sockets: what it reads and writes, and how it ends.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/captured_log.hpp"
#include "support/session_rig.hpp"

namespace {

using oneshot::test::SessionRig;
using std::chrono::milliseconds;
using Strings = std::vector<std::string>;

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

/// "200 body" for each reply.
Strings texts(const SessionRig& rig) {
  Strings all;
  for (const auto& reply : rig.replies()) {
    std::string text = std::to_string(reply.status);
    if (!reply.body.empty()) text += " " + reply.body;
    if (reply.close) text += " close";
    all.push_back(text);
  }
  return all;
}

TEST_SUITE("session") {
  TEST_CASE("requests cut anywhere get the same replies") {
    const std::string bytes = post("/a", "x=1") + get("/body?4") + post("/b", "y");
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
      SessionRig rig;
      rig.peer->send(bytes.substr(0, first));
      rig.run();
      rig.peer->send(bytes.substr(first));
      rig.run();
      CHECK(texts(rig) == Strings{"200", "200 xxxx", "200"});
      CHECK(rig.requests.size() == 3);
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("requests that come byte by byte, or all at once, get the same replies") {
    const std::string bytes = post("/a", "x=1") + get("/stream?4") + post("/b", "y") + get("/later");
    for (const std::size_t size : {std::size_t{1}, bytes.size()}) {
      SessionRig rig;
      for (std::size_t at = 0; at < bytes.size(); at += size) rig.peer->send(bytes.substr(at, size));
      rig.run();
      CHECK(texts(rig) == Strings{"200", "200 xxxx", "200", "200 later"});
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("pipelined replies that need not wait are written together, in order") {
    SessionRig rig;
    rig.peer->send(post("/a", "1") + get("/body?3") + post("/b", "2"));
    rig.run();
    CHECK(rig.requests == Strings{"POST /a 1", "pipelined GET /body", "pipelined POST /b 2"});
    CHECK(texts(rig) == Strings{"200", "200 xxx", "200"});
    CHECK(rig.peer->writes == 1);
  }

  TEST_CASE("more pipelined replies than are gathered are written in between") {
    SessionRig rig;
    std::string bytes;
    for (int i = 0; i < 5; ++i) bytes += get("/body?40000");
    rig.peer->send(bytes);
    rig.run();
    CHECK(rig.replies().size() == 5);
    CHECK(rig.peer->writes >= 2);
  }

  TEST_CASE("100 Continue comes before the body is sent, and the reply after it") {
    SessionRig rig;
    rig.peer->send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    rig.run();
    CHECK(texts(rig) == Strings{"100"});
    CHECK(rig.session().phase() == oneshot::net::Session::Phase::header);
    rig.peer->send("ab");
    rig.run();
    CHECK(texts(rig) == Strings{"100", "200"});
    CHECK(rig.requests == Strings{"POST /a ab"});
  }

  TEST_CASE("a 100 Continue that had to wait for room leaves the request its time limit and its 408") {
    SessionRig rig;
    rig.peer->set_room(5);
    rig.peer->send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    rig.run();
    CHECK(rig.session().phase() == oneshot::net::Session::Phase::writing);
    rig.peer->set_room(std::string::npos);
    rig.run();
    CHECK(rig.session().phase() == oneshot::net::Session::Phase::header);
    rig.session().check_deadline(SessionRig::in(milliseconds(1100)));
    rig.run();
    CHECK(rig.replies().size() == 2);
    CHECK(rig.replies().back().status == 408);
  }

  TEST_CASE("HEAD gets the head of the reply") {
    SessionRig rig;
    rig.peer->send("HEAD /body?5 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /stream?7 HTTP/1.1\r\nHost: a\r\n\r\n");
    rig.run();
    CHECK(rig.peer->written.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(rig.peer->written.find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(rig.peer->written.find("xx") == std::string::npos);
  }

  TEST_CASE("after the last reply our end goes out, and what still comes is dropped until the peer's end") {
    for (const std::string& last : {get("/a", "Connection: close\r\n"), std::string("GET /a HTTP/1.0\r\n\r\n"),
                                    std::string("GET /a HTTP/1.1\r\n\r\n"), std::string("nonsense\r\n\r\n")}) {
      SessionRig rig;
      rig.peer->send(last + get("/b"));
      rig.run();
      CHECK(rig.replies().size() == 1);
      CHECK(rig.replies().back().close);
      CHECK(rig.peer->ended_by_us);
      rig.peer->send(get("/c"));
      rig.run();
      CHECK_FALSE(rig.ended());
      CHECK(rig.requests.size() <= 1);
      rig.peer->end();
      rig.run();
      CHECK(rig.ended());
      CHECK_FALSE(rig.peer->reset_by_us);
      CHECK(rig.broken_rule() == "");
    }
  }

  TEST_CASE("a connection of HTTP/1.0 with keep-alive lives on") {
    SessionRig rig;
    rig.peer->send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    rig.run();
    CHECK(rig.peer->written.find("Connection: keep-alive\r\n") != std::string::npos);
    CHECK(rig.session().phase() == oneshot::net::Session::Phase::idle);
  }

  TEST_CASE("a client that ends in the middle of a request gets no reply, and the session ends at once") {
    const std::string bytes = post("/a", "x=1");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      SessionRig rig;
      rig.peer->send(bytes.substr(0, size));
      rig.peer->end();
      rig.run();
      CHECK(rig.ended());
      CHECK(rig.peer->written.empty());
      CHECK(rig.requests.empty());
    }
  }

  TEST_CASE("a client that ends after whole requests gets all replies") {
    SessionRig rig;
    rig.peer->send(post("/a", "1") + get("/later"));
    rig.peer->end();
    rig.run();
    CHECK(texts(rig) == Strings{"200", "200 later"});
    CHECK(rig.ended());
  }

  TEST_CASE("a handler's exception is a 500, and the connection lives on") {
    const oneshot::test::CapturedLog log;
    SessionRig rig;
    rig.peer->send(get("/throw") + get("/throw-later") + get("/a"));
    rig.run();
    REQUIRE(rig.replies().size() == 3);
    CHECK(rig.replies()[0].status == 500);
    CHECK(rig.replies()[1].status == 500);
    CHECK(rig.replies()[2].status == 200);
  }

  TEST_CASE("the stream's word that no more requests come ends the connection in order") {
    for (const std::string& before : {std::string(), get("/batch?5"), std::string("GET /a HT")}) {
      SessionRig rig;
      rig.peer->send(before);
      rig.run();
      rig.peer->end_requests();
      rig.run();
      CHECK(rig.peer->ended_by_us);
      CHECK_FALSE(rig.ended());
      rig.peer->end();
      rig.run_until([&] { return rig.ended(); });
      CHECK(rig.broken_rule() == "");
      for (const auto& receipt : rig.receipts) CHECK(receipt->outcome == oneshot::delivery::Outcome::delivered);
    }
  }

  TEST_CASE("a reply that our kernel takes byte by byte goes out whole, wherever the rest waits") {
    for (const bool inside : {false, true}) {
      for (const std::string path : {"/body?90000", "/stream?90000", "/pieces?90000", "/a"}) {
        SessionRig rig;
        rig.peer->keeps_rest_inside = inside;
        rig.peer->set_room(0);
        rig.peer->send(get(path) + get("/b"));
        rig.run();
        CHECK(rig.peer->written.empty());
        for (int i = 0; i < 700; ++i) {
          rig.peer->set_room(i < 500 ? 1 : 5000);
          rig.run();
        }
        CHECK(rig.replies().size() == 2);
        CHECK(rig.broken_rule() == "");
      }
    }
  }
}

}  // namespace
