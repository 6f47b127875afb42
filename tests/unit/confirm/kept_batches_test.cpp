// SPDX-License-Identifier: MIT
#include "confirm/kept_batches.hpp"

#include <doctest/doctest.h>

#include "fake_store.hpp"

using namespace oneshot::confirm;  // NOLINT(google-build-using-namespace)
using oneshot::SteadyTime;
using oneshot::confirm::test::FakeQueue;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const SteadyTime start{seconds(1000)};
constexpr milliseconds recheck{120'000};

struct Rig {
  FakeQueue queue;
  KeptBatches kept;

  void keep(std::uint64_t number, bool counted = true) {
    KeptBatch batch;
    batch.kept = queue.batch(number)->settle_and_keep();
    batch.sent_at = start - seconds(70);
    batch.shown_at = start;
    batch.counted = counted;
    batch.count_at = start + seconds(2);
    kept.add(std::move(batch));
  }
  std::vector<KeptBatch> compare(std::initializer_list<std::uint64_t> shown, seconds after) {
    Shown answer;
    for (const std::uint64_t number : shown) answer.numbers.emplace(number, 1000);
    return kept.compare(answer, start + after, recheck);
  }
};

}  // namespace

TEST_CASE("a batch that stays is let go after the time of rechecking") {
  Rig rig;
  rig.keep(10);
  CHECK(rig.compare({10}, seconds(119)).empty());
  CHECK(!rig.queue.log(10).let_go);
  CHECK(rig.compare({10, 11}, seconds(120)).empty());
  CHECK(rig.queue.log(10).let_go);
  CHECK(rig.kept.empty());
}

TEST_CASE("a batch that is missing while a later one is there, in two answers, has vanished") {
  Rig rig;
  rig.keep(10);
  CHECK(rig.compare({9, 11}, seconds(5)).empty());
  CHECK(rig.compare({9, 11}, seconds(5)).empty());  // of the same moment
  const std::vector<KeptBatch> vanished = rig.compare({9, 11}, seconds(6));
  REQUIRE(vanished.size() == 1);
  CHECK(vanished.front().kept->number() == 10);
  CHECK(rig.kept.empty());
}

TEST_CASE("an answer that shows it again in between takes the first one back") {
  Rig rig;
  rig.keep(10);
  CHECK(rig.compare({11}, seconds(5)).empty());
  CHECK(rig.compare({10, 11}, seconds(10)).empty());
  CHECK(rig.compare({11}, seconds(15)).empty());
  CHECK(!rig.kept.empty());
}

TEST_CASE("nothing later is there: nothing is known, also after the time of rechecking") {
  Rig rig;
  rig.keep(10);
  for (const int after : {5, 10, 130, 600}) CHECK(rig.compare({8, 9}, seconds(after)).empty());
  CHECK(rig.compare({}, seconds(700)).empty());  // an empty store
  CHECK(!rig.kept.empty());
  CHECK(rig.compare({12}, seconds(701)).empty());
  CHECK(rig.compare({12}, seconds(703)).size() == 1);
}

TEST_CASE("a batch whose events are not counted yet stays") {
  Rig rig;
  rig.keep(10, false);
  CHECK(rig.compare({10}, seconds(200)).empty());
  CHECK(!rig.kept.empty());
  CHECK(rig.kept.to_count(start + seconds(1)) == nullptr);
  CHECK(rig.kept.next_count() == start + seconds(2));
  REQUIRE(rig.kept.to_count(start + seconds(2)) != nullptr);
  rig.kept.to_count(start + seconds(2))->counted = true;
  CHECK(rig.kept.to_count(start + seconds(2)) == nullptr);
  CHECK(rig.kept.next_count() == SteadyTime::max());
  CHECK(rig.compare({10}, seconds(200)).empty());
  CHECK(rig.kept.empty());
}

TEST_CASE("the oldest says how far back to ask") {
  Rig rig;
  CHECK(rig.kept.oldest(start + seconds(9)) == start + seconds(9));
  CHECK(rig.kept.newest(start + seconds(9)) == start + seconds(9));
  rig.keep(10);
  CHECK(rig.kept.oldest(start + seconds(9)) == start - seconds(70));
  CHECK(rig.kept.newest(start + seconds(9)) == start - seconds(70));
}

TEST_CASE("the next count is that of a batch which to_count() gives") {
  Rig rig;
  rig.keep(10, false);
  CHECK(rig.kept.next_count() == start + seconds(2));
  SUBCASE("not of one that an answer lacks") { CHECK(rig.compare({11}, seconds(3)).empty()); }
  SUBCASE("not of one that an answer lacks without a later one") { CHECK(rig.compare({9}, seconds(3)).empty()); }
  SUBCASE("not while nothing is known") { rig.kept.not_known(); }
  CHECK(rig.kept.to_count(start + seconds(4)) == nullptr);
  CHECK(rig.kept.next_count() == SteadyTime::max());
  CHECK(rig.compare({10}, seconds(5)).empty());
  CHECK(rig.kept.to_count(start + seconds(5)) != nullptr);
  CHECK(rig.kept.next_count() == start + seconds(2));
}
