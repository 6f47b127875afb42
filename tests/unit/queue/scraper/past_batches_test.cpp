// SPDX-License-Identifier: MIT
#include "queue/local/scraper/past_batches.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace oneshot::queue {
namespace {

constexpr std::uint64_t size = 40;  // of each record

Range events(std::uint64_t from, std::uint64_t to) {
  return {{.bytes = from * size, .events = from}, {.bytes = to * size, .events = to}};
}

TEST_CASE("of an event is known when it was delivered, from its batch's first event to its last") {
  PastBatches past;
  past.note(Ranges(events(2, 5)), 1000);
  REQUIRE(past.of(2 * size) != nullptr);
  CHECK(past.of(2 * size)->unix_ms == 1000);
  CHECK(past.of(2 * size)->dropped.empty());
  CHECK(past.of(4 * size) != nullptr);
  CHECK(past.of(1 * size) == nullptr);
  CHECK(past.of(5 * size) == nullptr);
}

TEST_CASE("of an event that was dropped the reason is known") {
  PastBatches past;
  past.note(Ranges(events(0, 1)), 1000, "refused");
  REQUIRE(past.of(0) != nullptr);
  CHECK(past.of(0)->dropped == "refused");
}

TEST_CASE("what became of an event last counts") {
  PastBatches past;
  past.note(Ranges(events(0, 10)), 1000);
  past.note(Ranges(events(3, 4)), 2000, "skipped");
  CHECK(past.of(2 * size)->unix_ms == 1000);
  CHECK(past.of(3 * size)->unix_ms == 2000);
  CHECK(past.of(3 * size)->dropped == "skipped");
}

TEST_CASE("events between those of a batch are not its own") {
  PastBatches past;
  Ranges batch(events(0, 1));
  batch.add(events(2, 3));
  past.note(batch, 1000);
  CHECK(past.of(0) != nullptr);
  CHECK(past.of(1 * size) == nullptr);
  CHECK(past.of(2 * size) != nullptr);
}

TEST_CASE("the last 64 stretches are remembered") {
  PastBatches past;
  for (std::uint64_t i = 0; i < 65; ++i) past.note(Ranges(events(i, i + 1)), 1000);
  CHECK(past.of(0) == nullptr);
  CHECK(past.of(1 * size) != nullptr);
  CHECK(past.of(64 * size) != nullptr);
}

TEST_CASE("a batch of many single events pushes out one other, not all of them") {
  PastBatches past;
  for (std::uint64_t i = 0; i < 64; ++i) past.note(Ranges(events(i, i + 1)), 1000);
  Ranges scattered;
  for (std::uint64_t i = 0; i < 1000; ++i) scattered.add(events(100 + 2 * i, 101 + 2 * i));
  past.note(scattered, 2000);
  CHECK(past.of(0) == nullptr);
  CHECK(past.of(1 * size) != nullptr);
  REQUIRE(past.of(100 * size) != nullptr);
  CHECK(past.of((100 + 2 * 999) * size)->unix_ms == 2000);
}

}  // namespace
}  // namespace oneshot::queue
