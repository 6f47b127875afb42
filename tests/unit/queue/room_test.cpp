// SPDX-License-Identifier: MIT
#include "queue/local/ledger/room.hpp"

#include <doctest/doctest.h>

#include "delivery/lease.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

using Wanted = delivery::Lease::Wanted;

/// How long leases may stay that are in the way from `now` on.
SteadyTime::duration patience_at(Room& room, SteadyTime now) {
  room.refused(now);
  SteadyTime::duration left{};
  while (!room.is_patience_over(now + left)) left += 10ms;
  return left;
}

TEST_CASE("readers who take turns have one patience together, which comes back slowly") {
  Room room;
  SteadyTime now{100s};
  CHECK_FALSE(room.is_refusing());
  CHECK_FALSE(room.is_patience_over(now));

  CHECK(patience_at(room, now) == 1s);
  now += 600ms;
  CHECK(patience_at(room, now) == 400ms);  // a second refusal begins nothing anew
  room.made(now);
  CHECK_FALSE(room.is_refusing());
  CHECK_FALSE(room.is_patience_over(now + 1h));

  CHECK(patience_at(room, now) == 400ms);
  now += 2s;
  room.made(now);
  CHECK(patience_at(room, now) == 0s);
  room.made(now);
  now += 15s;
  CHECK(patience_at(room, now) == 500ms);
  room.made(now);
  now += 1h;
  CHECK(patience_at(room, now) == 1s);
}

/// A batch of ten events at the begin of a log that is full since.
struct FullFixture : Fixture {
  std::unique_ptr<Delivery> delivery;
  std::shared_ptr<delivery::Lease> lease;

  FullFixture() {
    store(10);
    delivery = take("a");
    lease = delivery->batch().lease();
  }
  Wanted wanted() { return lease->wanted(clock.steady()); }
  Stored append_one() { return append("n" + std::to_string(stored)); }
};

TEST_CASE("a lease is wanted once the log is nearly full, and wanted back a second after an append was refused") {
  FullFixture f;
  CHECK(f.wanted() == Wanted::no);
  while (!f.queue().above_high_watermark()) f.store(1);
  f.store(16);  // looks for room
  CHECK(f.wanted() == Wanted::progress);
  f.clock.advance(1h);
  CHECK(f.wanted() == Wanted::progress);
  f.store_until_full();
  CHECK(f.wanted() == Wanted::progress);
  f.clock.advance(999ms);
  CHECK(f.append_one() == Stored::full);
  CHECK(f.wanted() == Wanted::progress);
  f.clock.advance(1ms);
  CHECK(f.wanted() == Wanted::back);

  f.delivery->settle(delivery::Outcome::timed_out);
  f.store(1);
  CHECK(f.wanted() == Wanted::progress);  // others may go on
  CHECK(f.numbers("a").dropped_full >= 10);
  CHECK(f.queue().statistics().leases_ended == 0);
  f.lease->ended();
  CHECK(f.queue().statistics().leases_ended == 1);
}

TEST_CASE("a lease far from the head is in nobody's way") {
  FullFixture f;
  f.delivery->settle(delivery::Outcome::delivered);
  f.delivery.reset();
  f.register_at_end("b");
  f.store(1200);
  std::unique_ptr<Delivery> later;
  {
    f.store(100);
    const std::unique_ptr<Delivery> first = f.take("b");
    first->settle(delivery::Outcome::delivered);
    f.store(10);
    later = f.take("b");
  }
  const auto lease = later->batch().lease();
  f.store(1000);  // those that "a" has not got make room
  CHECK(f.numbers("a").dropped_full > 0);
  CHECK(lease->wanted(f.clock.steady()) == Wanted::no);
}

TEST_CASE("while appends are refused nobody gets a batch that would keep what they need") {
  FullFixture f;
  const std::unique_ptr<WaitingScrape> waiting = f.enter("b");  // has the oldest events before it, as "a"
  f.store_until_full();
  CHECK(std::holds_alternative<WaitForRoom>(f.step(*waiting)));
  f.clock.advance(1s);
  CHECK(std::holds_alternative<WaitForRoom>(f.step(*waiting)));
  CHECK(f.wanted() == Wanted::back);

  f.delivery->settle(delivery::Outcome::timed_out);
  const std::unique_ptr<Delivery> taken = f.taken(*waiting);  // makes the room itself, although nobody appends
  CHECK(texts(taken->batch()).front() != "n0");
  CHECK(f.numbers("b").dropped_full > 0);
  f.store(1);
}

TEST_CASE("whoever was refused may never come again: the tick makes the room") {
  FullFixture f;
  f.store_until_full();
  f.delivery->settle(delivery::Outcome::timed_out);
  f.queue().tick();
  CHECK(f.numbers("a").dropped_full >= 10);
}

TEST_CASE("with reject a batch whose events nobody may drop is not wanted back, a peek that keeps delivered ones is") {
  Fixture f;
  f.options.when_full = WhenFull::reject;
  f.register_at_end("a");
  f.store(10);
  std::unique_ptr<Batch> peek = f.queue().peek("a");
  const auto peeked = peek->lease();
  std::unique_ptr<Delivery> batch = f.take("a");
  const auto lease = batch->batch().lease();
  f.store_until_full();
  f.clock.advance(10s);
  CHECK(f.append("more") == Stored::full);
  CHECK(lease->wanted(f.clock.steady()) == Wanted::no);
  CHECK(peeked->wanted(f.clock.steady()) == Wanted::no);

  batch->settle(delivery::Outcome::delivered);
  batch.reset();
  CHECK(f.append("more") == Stored::full);
  f.clock.advance(1s);
  CHECK(peeked->wanted(f.clock.steady()) == Wanted::back);
  peek.reset();
  CHECK(f.append("more") == Stored::stored);
}

}  // namespace
}  // namespace oneshot::queue::test
