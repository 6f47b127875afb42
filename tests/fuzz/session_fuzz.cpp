// SPDX-License-Identifier: MIT
//
// The bytes decide what happens to one connection, step by step: what the client sends, in which pieces, when it ends
// or resets, what the kernels take and acknowledge, and when the worker interferes. Each receipt must get its outcome
// exactly once, replies must come whole and in order, and nothing may follow the end.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "fuzz/require.hpp"
#include "fuzz/script.hpp"
#include "support/session_rig.hpp"

namespace {

using oneshot::test::require;
using oneshot::test::Script;
using oneshot::test::SessionRig;
using std::chrono::milliseconds;

void require_rules(const SessionRig& rig) {
  const std::string broken = rig.broken_rule();
  if (!broken.empty()) std::fprintf(stderr, "broken rule: %s\n", broken.c_str());
  require(broken.empty());
}

/// Whole requests, so that the fuzzer need not find HTTP out before it gets to the session.
constexpr std::array requests{
    std::string_view("POST /event HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1"),
    std::string_view("GET /batch?300 HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("GET /pieces?70000 HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("GET /body?66000 HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("GET /stream?20 HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("HEAD /batch?300 HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("GET /later HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("GET /until HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("POST /event HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
    std::string_view("GET /batch?5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    std::string_view("GET /pieces?9 HTTP/1.0\r\n\r\n"),
    std::string_view("POST /pending HTTP/1.1\r\nHost: a\r\n\r\n"),
    std::string_view("POST /pending HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
};

void send_in_pieces(SessionRig& rig, std::string_view bytes, unsigned piece) {
  const std::size_t size = piece == 0 ? bytes.size() : piece;
  for (std::size_t at = 0; at < bytes.size(); at += size) rig.peer->send(bytes.substr(at, size));
}

void step(SessionRig& rig, Script& script) {
  const unsigned what = script.next();
  switch (what % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
      return send_in_pieces(rig, requests[script.next() % requests.size()], script.next() % 64);
    case 4:
      return rig.peer->send(script.take(1 + script.next() % 64));
    case 5:
      return rig.run();
    case 6:
      return rig.peer->end();
    case 7:
      return rig.peer->reset();
    case 8:
      return rig.peer->end_requests();
    case 9:
      return rig.peer->set_room(script.next() * 97U);
    case 10:
      return rig.peer->set_room(std::string::npos);
    case 11:
      return rig.peer->acknowledge(script.next() % 2 == 0);
    case 12:
      return script.next() % 2 == 0 ? rig.finish_pending() : rig.event.notifier()();
    case 13:
      return rig.session().check_deadline(SessionRig::in(milliseconds(script.next() * 30U)));
    case 14:
      static_cast<void>(rig.session().evict(SessionRig::in(milliseconds(script.next()))));
      return;
    default:
      return script.next() % 4 == 0 ? rig.session().stop_now() : rig.session().stop();
  }
}

/// Whatever has happened: once the kernel takes all, the events have happened and the time to stop is over, it ends.
void bring_to_its_end(SessionRig& rig) {
  rig.peer->set_room(std::string::npos);
  rig.peer->acknowledge(true);
  rig.event.notifier()();
  rig.finish_pending(true);
  rig.peer->end();
  rig.run();
  if (!rig.ended()) rig.session().stop_now();
  require(rig.run_until([&] { return rig.ended(); }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script(data, size);
  SessionRig rig;
  rig.reply_time = milliseconds(60'000);
  const unsigned mode = script.next();
  rig.peer->keeps_rest_inside = mode % 2 == 1;
  rig.peer->notices_late = mode % 64 >= 32;
  for (int steps = 0; steps < 60 && !script.empty() && !rig.ended(); ++steps) {
    step(rig, script);
    if (mode % 4 < 2) rig.run();  // else only where the bytes say so
    require_rules(rig);
  }
  if (mode % 16 == 15) {
    rig.destroy_session();
  } else if (!rig.ended()) {
    bring_to_its_end(rig);
  }
  require(rig.ended() && rig.peer->closed);
  require_rules(rig);
  return 0;
}
