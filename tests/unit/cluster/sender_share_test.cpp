// SPDX-License-Identifier: MIT
// What one sender may fill of a cluster's log: the same verdict at every replica, whenever that has begun.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/machine.hpp"
#include "unit/cluster/machine_fixture.hpp"

namespace oneshot::cluster {
namespace {

using queue::WhenFull;
using test::MachineFixture;
constexpr std::uint64_t big = 0x0000'FFFF'0A00'0001;    // 10.0.0.1
constexpr std::uint64_t small = 0x0000'FFFF'0A00'0002;  // 10.0.0.2
constexpr std::uint64_t room = (1 << 16) / 40;

struct Flooded : MachineFixture {
  explicit Flooded(WhenFull when_full = WhenFull::drop_oldest) : MachineFixture(5000, when_full) {}

  queue::Stored post(std::uint64_t sender) {
    now_ms -= 10;  // which each record passes
    return post_of(sender, 1000 + stored++ % 9000);
  }
  /// As many as are taken, at most so many.
  std::uint64_t flood(std::uint64_t sender, std::uint64_t most = 10'000) {
    std::uint64_t events = 0;
    while (events < most && post(sender) == queue::Stored::stored) ++events;
    return events;
  }
  bool would_be_over(std::uint64_t sender, std::uint64_t key = 0) const {
    event::Event event{.labels = "n=\"1\""};
    if (key != 0) event.key = event::IdempotencyKey{.high = key, .low = key};
    return machine.would_be_over_share(sender, {&event, 1});
  }
  std::uint64_t dropped() { return machine.ledger()->table.find("prom-a")->dropped_full; }
  void scrape() { settle(here, std::get<Taken>(take(here)).out.batch); }

  int stored = 0;
};

TEST_CASE("in a cluster a sender that holds most of the log cannot push out what others posted just now") {
  Flooded f;
  REQUIRE(f.flood(small, 200) == 200);
  const std::uint64_t events = f.flood(big);
  CHECK(events < room);
  CHECK(events > room * 3 / 4);
  CHECK(f.post(big) == queue::Stored::over_share);
  CHECK(f.machine.over_share() == big);
  CHECK(f.would_be_over(big));
  CHECK_FALSE(f.would_be_over(small));
  CHECK(f.dropped() == 0);

  SUBCASE("who holds less goes on, and its posts are no lever for the other one") {
    for (int i = 0; i < 50; ++i) {
      CHECK(f.post(small) == queue::Stored::stored);
      for (int n = 0; n < 20; ++n) CHECK(f.post(big) == queue::Stored::over_share);
    }
    CHECK(f.dropped() <= 50 + room / 32);
  }
  SUBCASE("once a scraper has them it goes on") {
    f.scrape();
    CHECK_FALSE(f.would_be_over(big));
    CHECK(f.post(big) == queue::Stored::stored);
    CHECK(f.machine.over_share() == 0);
    CHECK(f.dropped() == 0);
  }
  SUBCASE("what has waited for longer than a scrape interval makes room as ever") {
    f.now_ms += 61'000;
    CHECK(f.flood(big, 1000) == 1000);
    CHECK(f.dropped() >= 200);
  }
  SUBCASE("another replica tells the same, wherever it begins") {
    Machine other;
    REQUIRE(other.restore(f.machine.checkpoint()));
    CHECK(f.post(small) == queue::Stored::stored);
    CHECK(f.post(big) == queue::Stored::over_share);
    f.catch_up(other);
    CHECK(other.over_share() == big);
    CHECK(other.checkpoint() == f.machine.checkpoint());
  }
}

TEST_CASE("in a cluster a repeat is answered although its sender is over its share") {
  Flooded f;
  REQUIRE(f.flood(small, 100) == 100);
  REQUIRE(f.post_of(big, 1, 77) == queue::Stored::stored);
  f.flood(big);
  CHECK(f.post_of(big, 1, 77) == queue::Stored::duplicate);
  CHECK_FALSE(f.would_be_over(big, 77));
  CHECK(f.post_of(big, 2, 78) == queue::Stored::over_share);
}

TEST_CASE("in a cluster a request is refused whole where its sender is over its share") {
  Flooded f;
  REQUIRE(f.flood(small, 100) == 100);
  f.flood(big);
  const std::vector<event::Event> events(3, event::Event{.labels = "n=\"1\""});
  const Group group{.events = events, .requests = {{.events = 2, .sender = big}, {.events = 1, .sender = small}}};
  const Applied applied = f.publish(MachineFixture::here, group);
  const auto& stored = std::get<cluster::Stored>(applied.outcome);
  REQUIRE(stored.size() == 3);
  CHECK(stored[0].what == queue::Stored::over_share);
  CHECK(stored[1].what == queue::Stored::over_share);
  CHECK(stored[2].what == queue::Stored::stored);
}

TEST_CASE("in a cluster a single sender drops its own oldest events as ever") {
  Flooded f;
  CHECK(f.flood(big, 5000) == 5000);
  CHECK(f.dropped() > 0);
}

TEST_CASE("in a cluster senders that hold half each go on as ever") {
  Flooded f;
  for (std::uint64_t i = 0; i < 2 * room; ++i) CHECK(f.post(i % 2 == 0 ? big : small) == queue::Stored::stored);
  CHECK(f.dropped() > 0);
}

TEST_CASE("in a cluster nobody's events have no share") {
  Flooded f;
  REQUIRE(f.flood(small, 10) == 10);
  CHECK(f.flood(0, 5000) == 5000);
}

TEST_CASE("in a cluster with reject the last part of the log is for those who hold less") {
  Flooded f(WhenFull::reject);
  const std::uint64_t events = f.flood(big);
  CHECK(events > room * 15 / 16 - 10);
  CHECK(events < room * 31 / 32);
  CHECK(f.post(big) == queue::Stored::over_share);
  CHECK(f.flood(small) > room / 32);
  CHECK(f.post(small) == queue::Stored::full);
  f.scrape();
  CHECK(f.post(big) == queue::Stored::stored);
}

TEST_CASE("who is over its share by one setting is looked at anew by the next one") {
  Flooded f(WhenFull::reject);
  f.flood(big);
  REQUIRE(f.machine.over_share() == big);
  Agreement other = f.machine.agreement();
  other.when_full = WhenFull::drop_oldest;
  f.publish(MachineFixture::here, Begin{.salt = 1, .agreement = other});
  CHECK(f.machine.over_share() == 0);
  CHECK(f.flood(big, 3000) == 3000);  // its own oldest ones make room
}

// More than there are slots for: whose slots are shared depends on who came when.
TEST_CASE("a replica that begins at a checkpoint tells the same, whoever else has posted before") {
  Flooded f;
  std::vector<std::string> checkpoints;
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < 8000; ++i) {
    const std::uint64_t sender = i % 10 < 2 ? small + 1 + i * 7919 % 600 : big;
    f.now_ms += 9;
    if (f.post(sender) == queue::Stored::over_share) ++refused;
    if (i % 3000 == 2999) f.scrape();
    if (i % 400 == 0) checkpoints.push_back(f.machine.checkpoint());
  }
  CHECK(refused > 100);
  for (const std::string& checkpoint : checkpoints) {
    Machine other;
    REQUIRE(other.restore(checkpoint));
    f.catch_up(other);
    CHECK(other.checkpoint() == f.machine.checkpoint());
  }
}

}  // namespace
}  // namespace oneshot::cluster
