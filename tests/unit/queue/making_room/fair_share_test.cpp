// SPDX-License-Identifier: MIT
// What one sender may fill of the log, and who is told to have filled it.
#include "queue/local/making_room/fair_share.hpp"

#include <doctest/doctest.h>

#include "queue/local/ledger/shares.hpp"
#include "queue/local/making_room/contents.hpp"
#include "support/captured_log.hpp"
#include "unit/queue/ledger_fixture.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using oneshot::test::CapturedLog;

constexpr std::uint64_t big = 0x0000'FFFF'0A00'0001;    // 10.0.0.1
constexpr std::uint64_t small = 0x0000'FFFF'0A00'0002;  // 10.0.0.2

TEST_CASE("bytes are counted by sender and part of the log, and forgotten with the part") {
  Shares shares(2, 16 * 1024);
  shares.add(0, 7, 0, 64);
  shares.add(1, 8, 64, 32);
  shares.add(0, 7, 2048, 8);
  shares.add(0, 0, 2056, 16);  // nobody's
  CHECK(shares.part_of(7, 0, 4096).own == 72);
  CHECK(shares.part_of(8, 0, 4096).own == 32);
  CHECK(shares.part_of(7, 0, 4096).all == 120);
  CHECK(shares.part_of(7, 1024, 4096).own == 8);
  CHECK(shares.part_of(7, 0, 0).all == 0);

  const Shares::Holders holders = shares.holders(0, 4096, 1);
  REQUIRE(holders.first.size() == 1);
  CHECK(holders.first[0].sender == 7);
  CHECK(holders.first[0].bytes == 72);
  CHECK(holders.all == 120);
  std::vector<std::uint64_t> places = shares.places(0, 4096);
  std::ranges::sort(places);
  CHECK(places == std::vector<std::uint64_t>{0, 64, 2048});

  shares.add(0, 8, std::uint64_t{32} * 1024, 8);  // where the row of the begin was
  CHECK(shares.part_of(7, 0, 1024).own == 0);
  CHECK(shares.part_of(8, 0, 1024).own == 32);  // another appender's
}

TEST_CASE("each of many senders has its own bytes alone, whatever the program's key") {
  for (int program = 0; program < 100; ++program) {
    Shares shares(1, 1'024'000);
    for (std::uint64_t i = 0; i < 64; ++i) shares.add(0, big + i, i * 8, 8 + i * 8);
    for (std::uint64_t i = 0; i < 64; ++i) CHECK(shares.part_of(big + i, 0, 4096).own == 8 + i * 8);
    CHECK(shares.holders(0, 4096, 1000).first.size() == 64);
  }
}

TEST_CASE("senders that come and go find a slot again, and those that stay keep theirs") {
  Shares shares(1, 16 * 1024);
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i, at += 512) {
    const std::uint64_t comes = small + 1 + i;
    shares.add(0, comes, at, 8);
    shares.add(0, small, at + 8, 16);
    const std::uint64_t from = at - std::min<std::uint64_t>(at, 15 * 1024);
    REQUIRE(shares.part_of(comes, from, at + 512).own == 8);
    REQUIRE(shares.part_of(comes + 1, from, at + 512).own == 0);
    REQUIRE(shares.part_of(small, at / 1024 * 1024, at + 512).own == (at % 1024 == 0 ? 16 : 32));
  }
}

TEST_CASE("what was counted goes on elsewhere as it would here, where the salts are equal") {
  constexpr std::uint64_t salt = 17;
  Shares whole(1, 16 * 1024, salt);
  const auto add = [](Shares& shares, std::uint64_t i) { shares.add(0, i * 7919 % 1000 + 1, i * 16, 16); };
  for (std::uint64_t i = 0; i < 3000; ++i) add(whole, i);
  Shares copy(1, 16 * 1024, salt);
  copy.restore(0, whole.counted(0));
  for (std::uint64_t i = 3000; i < 6000; ++i) {
    add(whole, i);
    add(copy, i);
    const std::uint64_t end = i * 16 + 16;
    const std::uint64_t sender = i % 1000 + 1;
    REQUIRE(copy.part_of(sender, end - 16 * 1024, end).own == whole.part_of(sender, end - 16 * 1024, end).own);
    REQUIRE(copy.part_of(sender, end - 16 * 1024, end).all == whole.part_of(sender, end - 16 * 1024, end).all);
  }
  CHECK(Shares(1, 16 * 1024, salt).counted(0).rows.empty());
}

TEST_CASE("more senders than there are slots share some, and nothing of the whole is lost") {
  Shares shares(1, 1'024'000);
  for (std::uint64_t i = 1; i <= 2000; ++i) shares.add(0, i, i * 8, 8);
  CHECK(shares.part_of(1, 0, 16'008).all == 16'000);
  std::uint64_t bytes = 0;
  for (const Shares::Holder& one : shares.holders(0, 16'008, 1000).first) bytes += one.bytes;
  CHECK(bytes == 16'000);
  CHECK(shares.part_of(2000, 0, 16'008).own >= 8);
  CHECK(shares.part_of(2000, 0, 16'008).own < 800);
}

struct TwoSenders : Fixture {
  TwoSenders() {
    options.storage.capacity_bytes = 64 * page;
    register_at_end("a");
  }
  Stored post(std::uint64_t sender) { return queue().append({0, sender}, event_of("n" + std::to_string(stored++))); }
  /// As many as are taken, at most so many.
  std::uint64_t flood(std::uint64_t sender, std::uint64_t most = 100'000) {
    std::uint64_t events = 0;
    while (events < most && post(sender) == Stored::stored) ++events;
    return events;
  }
  std::uint64_t dropped() { return numbers("a").dropped_full; }
  std::uint64_t room() const { return options.storage.capacity_bytes / small_record; }
};

TEST_CASE("a sender that holds most of the log cannot push out what others posted just now") {
  TwoSenders f;
  REQUIRE(f.flood(small, 400) == 400);
  const std::uint64_t events = f.flood(big);
  CHECK(events < f.room());
  CHECK(events > f.room() * 3 / 4);
  CHECK(f.post(big) == Stored::over_share);
  CHECK(f.dropped() == 0);

  SUBCASE("who holds less goes on, and its posts are no lever for the other one") {
    for (int i = 0; i < 100; ++i) {
      f.clock.advance(10ms);
      CHECK(f.post(small) == Stored::stored);
      for (int n = 0; n < 50; ++n) CHECK(f.post(big) == Stored::over_share);
    }
    CHECK(f.dropped() <= 100 + f.room() / 32);
  }
  SUBCASE("once a scraper has them it goes on") {
    f.scrape("a");
    f.clock.advance(100ms);
    CHECK(f.post(big) == Stored::stored);
    CHECK(f.dropped() == 0);
  }
  SUBCASE("what has waited for longer than a scrape interval makes room as ever") {
    f.clock.advance(61s);
    f.clock.set(f.clock.unix_ms());
    CHECK(f.flood(big, 5000) == 5000);
    CHECK(f.dropped() >= 400);
  }
}

TEST_CASE("a single sender drops its own oldest events as ever") {
  TwoSenders f;
  CHECK(f.flood(big, 20'000) == 20'000);
  CHECK(f.dropped() > 0);
}

TEST_CASE("its own oldest events go even if others have posted later") {
  TwoSenders f;
  CHECK(f.flood(big, f.room() / 2) == f.room() / 2);
  for (int i = 0; i < 10; ++i) REQUIRE(f.post(small) == Stored::stored);
  const std::uint64_t more = f.flood(big, 100'000);
  CHECK(more > f.room() * 3 / 4);  // until the others' ones were the oldest
  CHECK(more < f.room());
  CHECK(f.dropped() < f.room() / 2);
}

TEST_CASE("senders that hold half each go on as ever") {
  TwoSenders f;
  for (std::uint64_t i = 0; i < 2 * f.room(); ++i) CHECK(f.post(i % 2 == 0 ? big : small) == Stored::stored);
  CHECK(f.dropped() > 0);
}

TEST_CASE("with reject the last part of the log is for those who hold less") {
  TwoSenders f;
  f.options.when_full = WhenFull::reject;
  f.embedded.reset();
  f.register_at_end("a");
  const std::uint64_t events = f.flood(big);
  CHECK(events > f.room() * 15 / 16 - 2);
  CHECK(events < f.room() * 31 / 32);
  CHECK(f.post(big) == Stored::over_share);
  CHECK(f.flood(small) > f.room() / 32);
  CHECK(f.post(small) == Stored::full);
  CHECK(f.scrape("a").size() > events);
  f.clock.advance(100ms);
  CHECK(f.post(big) == Stored::stored);
}

TEST_CASE("nobody's events have no share, and nobody is refused for them") {
  TwoSenders f;
  for (int i = 0; i < 10; ++i) REQUIRE(f.post(small) == Stored::stored);
  CHECK(f.flood(0, 20'000) == 20'000);
}

TEST_CASE("batches count as single events do") {
  TwoSenders f;
  REQUIRE(f.post(small) == Stored::stored);
  const std::vector<event::Event> batch(100, event_of("n1"));
  StoredAll last;
  for (int i = 0; i < 100 && last.what == Stored::stored; ++i) last = f.queue().append_all({0, big}, batch);
  CHECK(last.what == Stored::over_share);
  CHECK(f.dropped() == 0);
}

TEST_CASE("who and what fills the log is said once a minute") {
  TwoSenders f;
  for (int i = 0; i < 300; ++i) {
    REQUIRE(f.queue().append({0, big}, event_of("a=\"x\",type=\"dep\\\"loy\"")) == Stored::stored);
    if (i % 3 == 0) REQUIRE(f.queue().append({0, small}, event_of("type=\"login\"")) == Stored::stored);
  }
  const CapturedLog log;
  f.queue().tick();
  CHECK(log.text().find("who fills it") == std::string::npos);
  QueueStatistics now = f.queue().statistics();
  CHECK(now.sender_share > 0.7);
  CHECK(now.sender_share < 0.85);
  CHECK(now.type_share > 0.7);

  f.flood(big);
  f.queue().tick();
  CHECK(log.count("who fills it") == 1);
  CHECK(log.count("10.0.0.1 9") == 1);
  CHECK(log.count("10.0.0.2 ") == 1);
  CHECK(log.count("(no type) ") == 1);
  f.pass(59s);
  CHECK(log.count("who fills it") == 1);
  f.pass(2s);
  CHECK(log.count("who fills it") == 2);
}

}  // namespace
}  // namespace oneshot::queue::test
