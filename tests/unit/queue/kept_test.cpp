// SPDX-License-Identifier: MIT
//
// Events of delivered batches that stay in the log and go out again, and the numbers of expositions.
#include "queue/kept.hpp"

#include <doctest/doctest.h>

#include <span>

#include "queue/local/scraper/ranges.hpp"
#include "unit/queue/storage_fixture.hpp"

namespace oneshot::queue::test {
namespace {

/// A whole scrape that is delivered and kept.
std::unique_ptr<Kept> keep(Fixture& f, std::string_view scraper = "a") {
  const std::unique_ptr<Delivery> delivery = f.take(scraper);
  delivery->handed_over();
  std::unique_ptr<Kept> kept = delivery->settle_and_keep();
  REQUIRE(kept != nullptr);
  CHECK(kept->number() == delivery->number());
  CHECK(kept->count() == delivery->count());
  return kept;
}

constexpr Range range(std::uint64_t from, std::uint64_t to) { return {{from * 40, from}, {to * 40, to}}; }

TEST_CASE("ranges become one where they touch, and each event is there once") {
  Ranges all(range(10, 20));
  all.add(range(30, 40));
  all.add(range(5, 7));
  CHECK(all.all() == std::vector{range(5, 7), range(10, 20), range(30, 40)});
  all.add(range(7, 10));
  CHECK(all.all() == std::vector{range(5, 20), range(30, 40)});
  all.add(range(15, 35));
  CHECK(all.all() == std::vector{range(5, 40)});
  all.add(range(8, 9));
  CHECK(all.events() == 35);
  all.add(range(50, 50));
  CHECK(all.all() == std::vector{range(5, 40)});
}

TEST_CASE("ranges are taken away in the middle, at the ends and over gaps") {
  Ranges all(range(0, 10));
  all.add(range(20, 30));
  all.remove(range(4, 6));
  CHECK(all.all() == std::vector{range(0, 4), range(6, 10), range(20, 30)});
  all.remove(range(8, 22));
  CHECK(all.all() == std::vector{range(0, 4), range(6, 8), range(22, 30)});
  Ranges some(range(0, 1));
  some.add(range(3, 7));
  some.add(range(25, 26));
  some.add(range(29, 40));
  all.remove(some);
  CHECK(all.all() == std::vector{range(1, 3), range(7, 8), range(22, 25), range(26, 29)});
  CHECK(all.events_in(range(2, 24)) == 4);
  CHECK(all.before({24 * 40, 24}).all() == std::vector{range(1, 3), range(7, 8), range(22, 24)});
  CHECK(all.remove_before({23 * 40, 23}) == 4);
  CHECK(all.all() == std::vector{range(23, 25), range(26, 29)});
  CHECK(all.remove_before({29 * 40, 29}) == 5);
  CHECK(all.empty());
}

TEST_CASE("ranges between which there is only padding are one, and a begin in padding moves up") {
  Ranges all(Range{{40, 1}, {80, 2}});
  all.add(Range{{120, 2}, {160, 3}});
  CHECK(all.all() == std::vector{Range{{40, 1}, {160, 3}}});
  Ranges padded(Range{{40, 1}, {160, 2}});
  CHECK(padded.remove_before({120, 1}) == 0);
  CHECK(padded.begin() == event_log::Offset{120, 1});
}

TEST_CASE("kept events go out again before newer ones, as a batch of their own") {
  Fixture f;
  f.store(3);
  const std::unique_ptr<Kept> kept = keep(f);
  CHECK(texts(*kept->open()) == numbered(0, 3));
  f.store(2);
  CHECK(f.numbers("a").waiting == 2);
  CHECK(kept->send_again());
  CHECK(f.numbers("a").waiting == 5);
  CHECK(f.queue().statistics().kept == 5);
  CHECK(texts(*f.queue().peek("a")) == numbered(0, 3));
  CHECK(f.scrape("a", delivery::Outcome::truncated) == numbered(0, 3));
  const std::unique_ptr<Delivery> again = f.take("a");
  CHECK(texts(again->batch()) == numbered(0, 3));
  CHECK(f.numbers("a").in_flight == 3);
  CHECK(f.numbers("a").waiting == 2);
  CHECK(texts(*f.queue().peek("a")) == numbered(0, 3));
  again->settle(delivery::Outcome::delivered);
  CHECK(f.scrape("a") == numbered(3, 5));
  CHECK(f.numbers("a").delivered == 5);  // not counted twice
  CHECK(f.numbers("a").redelivered == 6);
  CHECK(f.scrape("a").empty());
  CHECK(kept->send_again());  // the keeping goes on
  CHECK(f.scrape("a") == numbered(0, 3));
}

TEST_CASE("of kept events some can be sent again, and those of two batches together") {
  Fixture f;
  f.store(5);
  const std::unique_ptr<Kept> first = keep(f);
  f.store(3);
  const std::unique_ptr<Kept> second = keep(f);
  f.store(1);
  const std::vector<BatchEvent> in_first = events_of(*first->open());
  const std::vector<BatchEvent> in_second = events_of(*second->open());
  const std::array refs = {in_first[3].ref, in_first[1].ref, in_first[3].ref};
  CHECK(second->send_again(std::array{in_second[1].ref}));
  CHECK(first->send_again(refs));
  CHECK(first->send_again(std::span<const EventRef>()));
  CHECK(f.numbers("a").waiting == 4);
  const Texts wanted = {"n1", "n3", "n6"};
  CHECK(texts(*f.queue().peek("a")) == wanted);
  CHECK(f.scrape("a", delivery::Outcome::unconfirmed) == wanted);
  const std::unique_ptr<Delivery> again = f.take("a");
  CHECK(texts(again->batch()) == wanted);
  const std::unique_ptr<Kept> third = again->settle_and_keep();
  CHECK(third->count() == 3);
  CHECK(f.scrape("a") == numbered(8, 9));
  CHECK(third->send_again(std::array{events_of(*third->open())[2].ref}));
  CHECK(f.scrape("a") == Texts{"n6"});
  CHECK(f.numbers("a").delivered == 9);
}

TEST_CASE("what is sent again keeps to the largest batch") {
  Fixture f;
  f.options.max_events_per_scrape = 4;
  f.store(8);
  const std::unique_ptr<Kept> first = keep(f);
  const std::unique_ptr<Kept> second = keep(f);
  CHECK(second->send_again());
  CHECK(first->send_again());
  CHECK(first->send_again());
  CHECK(f.scrape("a") == numbered(0, 4));
  CHECK(f.scrape("a") == numbered(4, 8));
  CHECK(f.scrape("a").empty());
}

TEST_CASE("a batch that was put back, and events that are kept and in flight") {
  Fixture f;
  f.store(4);
  const std::unique_ptr<Kept> kept = keep(f);
  CHECK(kept->send_again());
  { const std::unique_ptr<Delivery> delivery = f.take("a"); }
  CHECK(f.numbers("a").redelivered == 4);
  const std::unique_ptr<Delivery> delivery = f.take("a");
  CHECK(f.numbers("a").redelivered == 4);
  CHECK(kept->send_again(std::array{first_event}));  // is on its way
  delivery->settle(delivery::Outcome::delivered);
  CHECK(f.scrape("a").empty());
}

TEST_CASE("without events there is nothing to be kept") {
  Fixture f;
  f.register_at_end("a");
  const std::unique_ptr<Kept> kept = keep(f);
  CHECK(kept->count() == 0);
  CHECK(kept->open() == nullptr);
  CHECK(kept->send_again());
  CHECK(kept->send_again(std::array{first_event}));
  CHECK(f.scrape("a").empty());
}

TEST_CASE("kept events make room before an event that waits is dropped, and nothing can be sent again then") {
  Fixture f;
  f.options.storage.capacity_bytes = 8 * page;
  f.store(10);
  const std::unique_ptr<Kept> kept = keep(f);
  f.store(10);
  const std::unique_ptr<Kept> other = keep(f);
  CHECK(other->send_again());
  std::unique_ptr<Delivery> again = f.take("a");
  again->handed_over();
  while (f.numbers("a").proofs_given_up == 0) f.store(1);
  while (texts(*f.queue().peek("a"))[0] != "n20") f.store(1);
  CHECK(other->open() == nullptr);
  CHECK(f.numbers("a").dropped_full == 0);
  CHECK(f.numbers("a").proofs_given_up == 2);
  CHECK(kept->open() == nullptr);
  CHECK_FALSE(kept->send_again());
  CHECK_FALSE(other->send_again(std::array{first_event}));
  const ScraperStatistics before = f.numbers("a");
  CHECK(before.delivered + before.waiting == f.stored);
  CHECK(before.in_flight == 10);
  again->settle(delivery::Outcome::truncated);  // there is no other try
  const ScraperStatistics after = f.numbers("a");
  CHECK(after.delivered + after.waiting == f.stored);
  CHECK(after.in_flight == 0);
}

TEST_CASE("what is kept holds at most a quarter of the log") {
  Fixture f;
  f.options.startup_hold = 0s;
  f.options.storage.capacity_bytes = 16 * page;
  std::vector<std::unique_ptr<Kept>> kept;
  f.register_at_end("a");
  f.pass(1s);
  const std::uint64_t quarter = 4 * page / small_record;
  for (std::uint64_t i = 0; i < 2 * quarter; i += 10) {
    f.store(10);
    kept.push_back(keep(f));
  }
  const auto gone =
      static_cast<std::uint64_t>(std::ranges::count_if(kept, [](const auto& one) { return one->open() == nullptr; }));
  CHECK(gone == f.numbers("a").proofs_given_up);
  CHECK(kept.size() - gone == quarter / 10);
  CHECK(f.queue().statistics().used_bytes <= 4 * page);
}

TEST_CASE("a reader of kept events, and a batch of them, keep them in the log") {
  Fixture f;
  f.options.storage.capacity_bytes = 4 * page;
  f.store(10);
  const std::unique_ptr<Kept> kept = keep(f);
  CHECK(kept->send_again());
  const std::unique_ptr<Delivery> again = f.take("a");
  const std::unique_ptr<Batch> open = kept->open();
  f.store_until_full();
  CHECK(texts(*open) == numbered(0, 10));
  CHECK(texts(again->batch()) == numbered(0, 10));
}

TEST_CASE("a scraper of which something is kept is not forgotten, and kept events may outlive the queue") {
  Fixture f;
  f.store(1);
  std::unique_ptr<Kept> kept = keep(f);
  f.pass(std::chrono::duration_cast<std::chrono::seconds>(f.options.forget_after) + 1s);
  CHECK(f.known("a"));
  kept.reset();
  f.pass(1s);
  CHECK_FALSE(f.known("a"));
  f.store(2);
  f.scrape("a");
  f.store(1);
  kept = keep(f);
  f.embedded.reset();
  CHECK(texts(*kept->open()).size() == 1);
}

TEST_CASE("numbers of expositions grow, with and without events, and over restarts") {
  StorageFixture f;
  CHECK(f.queue().next_number("a") == 0);
  f.store(2);
  std::uint64_t last = 0;
  const auto grows = [&](std::uint64_t number) { return number > std::exchange(last, number); };
  CHECK(grows(f.take("a")->number()));
  CHECK(last >= static_cast<std::uint64_t>(f.clock.unix_ms()));
  CHECK(grows(f.take("a")->number()));
  f.scrape("a");
  CHECK(grows(f.take("a")->number()));
  for (int i = 0; i < 3000; ++i) CHECK(grows(f.queue().next_number("a")));
  for (int restart = 0; restart < 4; ++restart) {
    restart % 2 == 0 ? f.kill() : f.end();
    f.clock.set(1'000);  // set back
    CHECK(grows(f.queue().next_number("a")));
    CHECK(grows(f.queue().next_number("a")));
  }
}

TEST_CASE("the file of an idle server rests, and a start in good order knows the last number") {
  StorageFixture f;
  f.register_at_end("a");
  f.queue().next_number("a");
  const auto place = storage::format::slots_offset + offsetof(storage::ScraperSlot, batch_number);
  const auto before = f.read<std::uint64_t>(place);
  for (int i = 0; i < 900; ++i) f.queue().next_number("a");
  CHECK(f.read<std::uint64_t>(place) == before);
  for (int i = 0; i < 200; ++i) f.queue().next_number("a");
  CHECK(f.read<std::uint64_t>(place) != before);
}

TEST_CASE("that a scraper is calibrated survives the program, and its batches") {
  StorageFixture f;
  CHECK_FALSE(f.queue().calibrated("a"));
  f.queue().set_calibrated("a", true);  // nobody knows it
  f.register_at_end("a");
  CHECK_FALSE(f.queue().calibrated("a"));
  f.queue().set_calibrated("a", true);
  f.kill();
  CHECK(f.queue().calibrated("a"));
  f.store(1);
  f.scrape("a");
  f.kill();
  CHECK(f.queue().calibrated("a"));
  f.queue().set_calibrated("a", false);
  f.kill();
  CHECK_FALSE(f.queue().calibrated("a"));
}

TEST_CASE("a batch that was out to a scraper that is asked comes back after a kill, and nothing else goes out before") {
  for (const auto outcome : {delivery::Outcome::delivered, delivery::Outcome::truncated}) {
    StorageFixture f;
    f.options.confirmed = {"a"};
    f.store(3);
    std::unique_ptr<Delivery> out = f.take("a");
    const std::uint64_t number = out->number();
    CHECK(f.queue().resume("a") == nullptr);
    out->handed_over();
    f.store(2);
    for (int i = 0; i < 2; ++i) {
      f.kill();
      const std::unique_ptr<WaitingScrape> waiter = f.enter("a");
      CHECK(f.waits(*waiter));
      CHECK(f.numbers("a").in_flight == 3);
      CHECK(f.numbers("a").waiting == 2);
      f.queue().next_number("a");
    }
    out.reset();
    const std::unique_ptr<Delivery> back = f.queue().resume("a");
    REQUIRE(back != nullptr);
    CHECK(f.queue().resume("a") == nullptr);
    CHECK(f.queue().resume("b") == nullptr);
    CHECK(back->number() == number);
    CHECK(back->count() == 3);
    CHECK(texts(back->batch()) == numbered(0, 3));
    back->settle(outcome);
    const bool delivered = outcome == delivery::Outcome::delivered;
    CHECK(f.scrape("a") == numbered(delivered ? 3 : 0, 5));
    CHECK(f.numbers("a").delivered == 5);
    f.kill();
    CHECK(f.queue().resume("a") == nullptr);
  }
}

TEST_CASE("a batch that was sent and of which nobody told the outcome stays out, over an end in good order too") {
  StorageFixture f;
  f.options.confirmed = {"a"};
  f.store(2);
  std::unique_ptr<Delivery> out = f.take("a");
  out->handed_over(false);
  out.reset();
  std::unique_ptr<Delivery> back = f.queue().resume("a");
  REQUIRE(back != nullptr);
  back.reset();
  f.end();
  back = f.queue().resume("a");
  REQUIRE(back != nullptr);
  CHECK(texts(back->batch()) == numbered(0, 2));
  const std::unique_ptr<Kept> kept = back->settle_and_keep();
  CHECK(kept->count() == 2);
  CHECK(f.scrape("a").empty());
  { const std::unique_ptr<Delivery> unsent = f.take("a"); }
  CHECK(f.queue().resume("a") == nullptr);
}

TEST_CASE("a batch that is not sent to a scraper that is asked goes back") {
  StorageFixture f;
  f.options.confirmed = {"a"};
  f.store(2);
  { const std::unique_ptr<Delivery> unsent = f.take("a"); }
  CHECK(f.queue().resume("a") == nullptr);
  CHECK(f.scrape("a") == numbered(0, 2));
}

TEST_CASE("other scrapers are not asked: what the kernel had whole counts as delivered") {
  StorageFixture f;
  f.options.confirmed = {"b"};
  f.store(3);
  const std::unique_ptr<Delivery> out = f.take("a");
  out->handed_over();
  f.kill();
  CHECK(f.queue().resume("a") == nullptr);
  CHECK(f.scrape("a").empty());
}

TEST_CASE("what is to be sent again survives the program, and ends with its delivery") {
  StorageFixture f;
  f.options.max_events_per_scrape = 4;
  f.store(12);
  f.scrape("a");
  std::unique_ptr<Kept> kept = keep(f);
  f.scrape("a");
  CHECK(kept->send_again());
  f.store(1);
  f.kill();
  kept.reset();
  CHECK(f.numbers("a").waiting == 5);
  CHECK(f.scrape("a", delivery::Outcome::truncated) == numbered(4, 8));
  std::unique_ptr<Delivery> again = f.take("a");
  CHECK(texts(again->batch()) == numbered(4, 8));
  f.kill();
  again = f.take("a");
  CHECK(texts(again->batch()) == numbered(4, 8));
  again->handed_over();
  f.kill();
  CHECK(f.scrape("a") == numbered(12, 13));
  f.kill();
  CHECK(f.scrape("a").empty());
}

TEST_CASE("a batch of what is sent again is in a scraper's file too while its outcome is asked for") {
  StorageFixture f;
  f.options.confirmed = {"a"};
  f.store(6);
  std::unique_ptr<Kept> kept = keep(f);
  CHECK(kept->send_again(std::array{events_of(*kept->open())[2].ref}));
  f.store(1);
  std::unique_ptr<Delivery> again = f.take("a");
  const std::uint64_t number = again->number();
  again->handed_over();
  f.kill();
  again = f.queue().resume("a");
  kept.reset();
  REQUIRE(again != nullptr);
  CHECK(again->number() == number);
  CHECK(texts(again->batch()) == numbered(2, 3));
  again->settle(delivery::Outcome::delivered);
  CHECK(f.scrape("a") == numbered(6, 7));
}

TEST_CASE("a range before the one that is on its way is not forgotten when that arrives") {
  StorageFixture f;
  f.options.max_events_per_scrape = 4;
  f.store(8);
  std::unique_ptr<Kept> first = keep(f);
  std::unique_ptr<Kept> second = keep(f);
  CHECK(second->send_again());
  const std::unique_ptr<Delivery> again = f.take("a");
  CHECK(first->send_again());
  again->handed_over();
  SUBCASE("here") {
    again->settle(delivery::Outcome::delivered);
    CHECK(f.scrape("a") == numbered(0, 4));
    CHECK(f.scrape("a").empty());
  }
  SUBCASE("nor after a kill") {
    f.kill();
    CHECK(f.scrape("a") == numbered(0, 4));
    CHECK(f.scrape("a") == numbered(4, 8));  // twice
  }
}

TEST_CASE("the words of what is sent again, damaged, bring events twice and lose none") {
  const auto slot = storage::format::slots_offset;
  for (const std::size_t word :
       {offsetof(storage::ScraperSlot, aside_begin), offsetof(storage::ScraperSlot, aside_end)}) {
    StorageFixture f;
    f.options.max_events_per_scrape = 4;
    f.store(8);
    std::unique_ptr<Kept> first = keep(f);
    f.scrape("a");
    CHECK(first->send_again());
    f.kill();
    f.damage(slot + word);
    first.reset();
    CHECK(f.scrape("a") == numbered(0, 4));
    CHECK(f.scrape("a") == numbered(4, 8));
    CHECK(f.scrape("a").empty());
  }
}

}  // namespace
}  // namespace oneshot::queue::test
