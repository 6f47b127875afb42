// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>

#include "support/session_rig.hpp"

namespace oneshot::net::test {

using Phase = Session::Phase;

inline std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

/// A way to each phase of a session.
struct Way {
  const char* name;
  Phase phase;
  std::function<void(oneshot::test::SessionRig&)> go;
};

inline const std::array ways{
    Way{"opened", Phase::opened, [](oneshot::test::SessionRig&) {}},
    Way{"header", Phase::header, [](oneshot::test::SessionRig& rig) { rig.peer->send("GET /a HT"); }},
    Way{"idle", Phase::idle, [](oneshot::test::SessionRig& rig) { rig.peer->send(get("/a")); }},
    Way{"idle after a batch", Phase::idle, [](oneshot::test::SessionRig& rig) { rig.peer->send(get("/batch?5")); }},
    Way{"header after idle", Phase::header,
        [](oneshot::test::SessionRig& rig) {
          rig.peer->send(get("/a"));
          rig.peer->send("GET");
        }},
    Way{"handling", Phase::handling, [](oneshot::test::SessionRig& rig) { rig.peer->send(get("/wait")); }},
    Way{"pending", Phase::handling,
        [](oneshot::test::SessionRig& rig) { rig.peer->send("POST /pending HTTP/1.1\r\nHost: a\r\n\r\n"); }},
    Way{"writing", Phase::writing,
        [](oneshot::test::SessionRig& rig) {
          rig.peer->set_room(3);
          rig.peer->send(get("/body?100"));
        }},
    Way{"writing a batch", Phase::handling,
        [](oneshot::test::SessionRig& rig) {
          rig.peer->set_room(3);
          rig.peer->send(get("/pieces?100"));
        }},
    Way{"ending", Phase::ending, [](oneshot::test::SessionRig& rig) { rig.peer->send("GET / HTTP/1.1\r\n\r\n"); }},
    Way{"ending after a batch", Phase::ending,
        [](oneshot::test::SessionRig& rig) {
          rig.peer->send(get("/batch?5") + "GET / HTTP/1.1\r\n\r\n");
          rig.peer->acknowledge(false);
        }},
};

inline void reach(oneshot::test::SessionRig& rig, const Way& way) {
  way.go(rig);
  rig.run();
  REQUIRE_FALSE(rig.ended());
  REQUIRE(rig.session().phase() == way.phase);
}

}  // namespace oneshot::net::test
