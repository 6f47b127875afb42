// SPDX-License-Identifier: MIT
//
// What a session is worth where places are short, and how it gives its place up.
#include <doctest/doctest.h>

#include <string>

#include "support/session_rig.hpp"
#include "unit/net/session_ways.hpp"

namespace oneshot::net {
namespace {

using delivery::Outcome;
using oneshot::test::SessionRig;
using std::chrono::milliseconds;
using test::get;
using test::Phase;
using test::reach;
using test::Way;
using test::ways;
using enum EvictionPriority;

EvictionPriority expected_of(const Way& way, bool batch, milliseconds age) {
  const bool stalled = age >= milliseconds(1000);
  switch (way.phase) {
    case Phase::opened:
    case Phase::header:
      return age < milliseconds(250) ? arriving : first;
    case Phase::idle:
      return batch ? awaiting_receipt : idle;
    case Phase::ending:
      return batch ? age < milliseconds(150) ? never : idle : first;
    case Phase::handling:
      return batch && stalled ? awaiting_receipt : never;
    case Phase::writing:
      return stalled ? idle : never;
  }
  return never;
}

void check_evicted(SessionRig& rig, const Way& way, std::size_t replies) {
  CHECK(rig.ended());
  const bool told = rig.replies().size() > replies;
  CHECK(told == (way.phase <= Phase::header));
  if (told) CHECK(rig.replies().back().status == 503);
  if (told) CHECK(rig.replies().back().body.find("closed to make room for a newer") == 0);
  if (told) CHECK(rig.peer->written.find("Retry-After: 1\r\n") != std::string::npos);
  CHECK(rig.peer->reset_by_us == (way.phase == Phase::writing || way.phase == Phase::handling));
  CHECK(rig.all_receipts_settled_once());
}

void check_ends_in_order(SessionRig& rig) {
  CHECK(rig.peer->ended_by_us);
  CHECK(rig.session().phase() == Phase::ending);
  const SteadyTime soon = SessionRig::in(milliseconds(0));
  CHECK(rig.session().eviction_priority(soon) == never);  // its answer is the receipt, for a while
  CHECK(rig.session().eviction_priority(SessionRig::in(milliseconds(400))) == idle);
  rig.peer->end();
  rig.run_until([&] { return rig.ended(); });
  CHECK(rig.receipts[0]->outcome == Outcome::delivered);
}

TEST_SUITE("session eviction") {
  TEST_CASE("each phase has its eviction priority, which changes with time, and evict() keeps to it") {
    for (const Way& way : ways) {
      for (const int age : {0, 300, 1200}) {
        CAPTURE(way.name);
        CAPTURE(age);
        SessionRig rig;
        reach(rig, way);
        const SteadyTime now = SessionRig::in(milliseconds(age));
        const EvictionPriority expected = expected_of(way, !rig.receipts.empty(), milliseconds(age));
        CHECK(rig.session().eviction_priority(now) == expected);
        const std::size_t replies = rig.replies().size();
        CHECK(rig.session().evict(now) == (expected != never));
        rig.run();
        if (expected == never) {
          CHECK(rig.session().phase() == way.phase);
        } else if (way.phase == Phase::idle && expected == awaiting_receipt) {
          check_ends_in_order(rig);
        } else if (way.phase == Phase::ending) {
          CHECK(rig.ended());
        } else {
          check_evicted(rig, way, replies);
        }
        CHECK(rig.broken_rule() == "");
      }
    }
  }

  TEST_CASE("a connection that a scraper has used is one of a scraper, also when its batch is settled") {
    SessionRig rig;
    rig.peer->send(get("/batch?5"));
    rig.run();
    rig.peer->send(get("/a"));
    rig.run();
    CHECK(rig.session().eviction_priority(SessionRig::in(milliseconds(0))) == scraper);
    SessionRig other;
    other.peer->send(get("/scrape-without-events"));
    other.run();
    CHECK(other.session().scraper() == 5);
    CHECK(other.session().eviction_priority(SessionRig::in(milliseconds(0))) == scraper);
  }

  TEST_CASE("a request that waits for its turn is seen, and makes its connection worth more") {
    SessionRig rig;
    rig.peer->notices_late = true;
    CHECK_FALSE(rig.session().request_waits());
    CHECK(rig.session().priority_of_asking(first) == arriving);
    rig.peer->send("GET /a ");
    CHECK(rig.session().request_waits());
    rig.run();
    CHECK_FALSE(rig.session().request_waits());
    CHECK(rig.session().priority_of_asking(first) == asking);
    rig.peer->send("HTTP/1.1\r\nHost: a\r\n\r\n");
    rig.run();
    CHECK(rig.session().priority_of_asking(idle) == asking);
    CHECK(rig.session().priority_of_asking(scraper) == scraper);
    rig.peer->send(get("/batch?5"));
    rig.run();
    CHECK(rig.session().priority_of_asking(awaiting_receipt) == never);
  }

  TEST_CASE("a request that had arrived unseen when its connection was evicted is refused, and not begun with") {
    SessionRig rig;
    rig.peer->send(get("/a"));
    rig.run();
    rig.peer->send(get("/b"));  // the read has it, and has not resumed
    CHECK(rig.session().evict(SessionRig::in(milliseconds(0))));
    rig.run();
    CHECK(rig.ended());
    CHECK(rig.requests.size() == 1);
    REQUIRE(rig.replies().size() == 2);
    CHECK(rig.replies()[1].status == 503);
    CHECK(rig.broken_rule() == "");
  }

  TEST_CASE("a request that arrives while its batch is awaited is answered, though its connection was to be evicted") {
    SessionRig rig;
    rig.peer->send(get("/batch?5"));
    rig.run();
    rig.peer->send(get("/b"));
    CHECK(rig.session().evict(SessionRig::in(milliseconds(0))));
    rig.run();
    CHECK(rig.requests.size() == 2);
    CHECK(rig.receipts[0]->outcome == Outcome::delivered);
    CHECK(rig.broken_rule() == "");
  }

  TEST_CASE("a connection to which something has happened since it was offered is not evicted") {
    SessionRig rig;
    rig.peer->notices_late = true;
    rig.peer->send(get("/a"));
    rig.run();
    const SteadyTime now = SessionRig::in(milliseconds(300));
    EvictionCandidate offered;
    offered.priority = idle;
    offered.since = rig.session().since() - milliseconds(1);
    CHECK_FALSE(rig.session().evict_as(offered, now));
    offered.since = rig.session().since();
    rig.peer->send(get("/b"));
    CHECK_FALSE(rig.session().evict_as(offered, now));
    offered.asks = true;  // it was known
    CHECK(rig.session().evict_as(offered, now));
  }

  TEST_CASE("errands are run between two requests, and interrupt sessions without ending them") {
    SessionRig other;
    other.peer->send(get("/a"));
    other.run();
    SessionRig rig;
    std::size_t requests_before = 99;
    bool took_own_place = true;
    const auto errand = [&] {
      requests_before = rig.requests.size();
      took_own_place = rig.session().evict(SessionRig::in(milliseconds(5000)));
      CHECK(other.session().evict(SessionRig::in(milliseconds(0))));
      CHECK_FALSE(other.ended());  // that is for its own coroutine
    };
    CHECK(rig.errands().add(errand));
    CHECK_FALSE(rig.errands().add([] {}));  // it was woken already
    rig.peer->send(get("/a") + get("/b") + get("/c"));
    rig.run();
    CHECK(requests_before == 0);
    CHECK_FALSE(took_own_place);
    CHECK_FALSE(rig.errands().due());
    CHECK(rig.requests.size() == 3);
    CHECK_FALSE(other.ended());
    other.run();
    CHECK(other.ended());
  }

  TEST_CASE("errands are run between two turns of a long request") {
    SessionRig rig;
    bool ran = false;
    rig.peer->send(get("/later"));
    rig.run_until([&] { return !rig.requests.empty(); });
    CHECK(rig.errands().add([&ran] { ran = true; }));
    rig.run();
    CHECK(ran);
    REQUIRE(rig.replies().size() == 1);
    CHECK(rig.replies()[0].body == "later");
  }
}

}  // namespace
}  // namespace oneshot::net
