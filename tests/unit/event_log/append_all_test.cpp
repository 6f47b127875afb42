// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "event_log/event_log.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::event_log {
namespace {

using Appended = EventLog::Appended;

Ring ring(std::uint64_t pages) { return std::move(*Ring::in_memory(pages * Ring::page_size())); }

/// Events that a log can be given together.
struct Batch {
  explicit Batch(std::vector<std::string> texts) : labels(std::move(texts)) {
    events.reserve(labels.size());
    for (const std::string& text : labels) events.push_back({.labels = text});
    for (const event::Event& event : events) pointers.push_back(&event);
  }
  Appended append(EventLog& log, unsigned appender = 0) {
    NewRecords records = log.prepare(pointers);
    const Appended appended = log.append_all(appender, records, true);
    for (const NewRecords::One& one : records.all) offsets.push_back(one.id.offset);
    return appended;
  }
  std::vector<std::string> labels;
  std::vector<event::Event> events;
  std::vector<const event::Event*> pointers;
  std::vector<std::uint64_t> offsets;
};

Appended append(EventLog& log, unsigned appender, const event::Event& event) {
  RecordId id;
  return log.append(appender, event, id, true);
}

TEST_CASE("the events of a batch lie one behind the other, and are seen once they are published") {
  const oneshot::test::ManualClock clock;
  EventLog log(ring(1), {}, 2, clock, false);
  REQUIRE(append(log, 1, {.labels = "first"}) == Appended::stored);
  Batch batch({"a", "", "a longer one than the others"});
  REQUIRE(batch.append(log) == Appended::stored);
  CHECK(batch.offsets == std::vector<std::uint64_t>{40, 80, 112});
  CHECK(log.published_end() == 40);
  REQUIRE(append(log, 1, {.labels = "last"}) == Appended::stored);
  CHECK(log.published_end() == 40);
  log.publish(0);
  CHECK(log.published_end() == log.tail());
  for (std::size_t i = 0; i < batch.offsets.size(); ++i)
    CHECK(log.event_at(batch.offsets[i]).labels == batch.labels[i]);
}

TEST_CASE("an event with a key is seen once its appender says so") {
  const oneshot::test::ManualClock clock;
  EventLog log(ring(1), {}, 1, clock, false);
  REQUIRE(append(log, 0, {.labels = "a", .key = event::IdempotencyKey{1, 2}}) == Appended::stored);
  CHECK(log.published_end() == 0);
  log.publish(0);
  CHECK(log.published_end() == log.tail());
}

TEST_CASE("a batch that has no room leaves nothing behind") {
  const oneshot::test::ManualClock clock;
  EventLog log(ring(1), {}, 1, clock, false);
  Batch large(std::vector<std::string>(129, ""));
  CHECK(large.append(log) == Appended::no_room);
  CHECK(log.tail() == 0);
  CHECK(log.published_end() == 0);
  Batch fits(std::vector<std::string>(128, ""));
  CHECK(fits.append(log) == Appended::stored_above_high_watermark);
  log.publish(0);
  CHECK(log.published_end() == log.capacity());
}

TEST_CASE("a batch does not end beyond the reserved end") {
  const oneshot::test::ManualClock clock;
  EventLog log(ring(1), {.reserved_end = 100}, 1, clock, false);
  Batch batch({"", "", "", ""});
  CHECK(batch.append(log) == Appended::beyond_reserved_end);
  CHECK(log.tail() == 0);
  log.raise_reserved_end(128);
  CHECK(batch.append(log) == Appended::stored);
}

TEST_CASE("the times of a batch ascend within each series, and behind those before") {
  oneshot::test::ManualClock clock;
  clock.set(5000);
  EventLog log(ring(1), {.salt = 1}, 1, clock, true);
  REQUIRE(append(log, 0, {.labels = "a"}) == Appended::stored);
  Batch batch({"a", "b", "a", "c", "b", "a"});
  REQUIRE(batch.append(log) == Appended::stored);
  log.publish(0);
  std::vector<std::int64_t> times;
  for (const std::uint64_t offset : batch.offsets) times.push_back(log.event_at(offset).unix_ms);
  CHECK(times == std::vector<std::int64_t>{5001, 5000, 5002, 5000, 5001, 5003});
  REQUIRE(append(log, 0, {.labels = "a"}) == Appended::stored);
  CHECK(log.event_at(log.tail() - 40).unix_ms == 5004);
}

TEST_CASE("the records of a claim become padding all at once") {
  const oneshot::test::ManualClock clock;
  EventLog log(ring(1), {.only_durable = true}, 1, clock, false);
  Batch batch({"a", "b"});
  REQUIRE(batch.append(log) == Appended::stored);
  log.publish(0);
  CHECK_FALSE(log.is_durable(0));
  log.make_padding(0, 80);
  log.mark_durable(80);
  CHECK(log.is_durable(79));
  Offset at;
  log.walk(at, log.published_end(), [](const Record&) { return false; });
  CHECK(at == Offset{.bytes = 80, .events = 0});
}

TEST_CASE("batches and single events of many threads: each batch in one piece, times ascend in the order of the log") {
  for (const bool ascending : {false, true}) {
    constexpr unsigned threads = 3;
    constexpr int rounds = 400;
    constexpr int rounds_of_series = 50;  // 250 events and more times: a lost race leaves one unused
    EventLog log(ring(512), {}, threads, system_clock(), ascending);
    {
      std::vector<std::jthread> appending;
      for (unsigned thread = 0; thread < threads; ++thread) {
        appending.emplace_back([&log, thread] {
          for (int round = 0; round < rounds; ++round) {
            const std::string own = std::to_string(thread) + " " + std::to_string(round);
            const std::string common = "common" + std::to_string(round / rounds_of_series);
            if (round % 3 == 0) {
              CHECK(append(log, thread, {.labels = common}) == Appended::stored);
              continue;
            }
            Batch batch({own + " begin", common, own + " middle", common, own + " end"});
            CHECK(batch.append(log, thread) == Appended::stored);
            log.publish(thread);
          }
        });
      }
    }
    REQUIRE(log.published_end() == log.tail());
    std::string begun;
    int batches = 0;
    std::map<std::string, std::int64_t, std::less<>> last;
    for (std::uint64_t offset = 0; offset < log.tail(); offset += log.record_at(offset).size()) {
      const StoredEvent event = log.event_at(offset);
      if (event.labels.starts_with("common")) {
        std::int64_t& before = last[std::string(event.labels)];
        if (ascending) CHECK(event.unix_ms > before);
        before = event.unix_ms;
        continue;
      }
      const std::string own(event.labels.substr(0, event.labels.rfind(' ')));
      if (event.labels.ends_with("begin")) begun = own;
      CHECK(own == begun);
      if (event.labels.ends_with("end")) ++batches;
    }
    CHECK(batches == threads * (rounds - (rounds + 2) / 3));
    CHECK(last.size() == rounds / rounds_of_series);
  }
}

TEST_CASE("times that are tried again do not run ahead of the clock") {
  // Another thread moves the tail all the time, so most claims need several tries.
  oneshot::test::ManualClock clock;
  clock.set(1'000'000);
  EventLog log(ring(4096), {}, 2, clock, true);
  std::atomic<bool> done{false};
  std::jthread other([&] {
    for (int n = 0; n < 200'000 && !done; ++n) append(log, 1, {.labels = std::to_string(n % 1000)});
  });
  constexpr std::int64_t size = 50;
  constexpr std::int64_t rounds = 20;  // a thousand events of a series: more would be refused
  for (int series = 0; series < 10; ++series) {
    std::int64_t latest = 0;
    for (std::int64_t round = 0; round < rounds; ++round) {
      Batch batch(std::vector<std::string>(size, "mine" + std::to_string(series)));
      REQUIRE(batch.append(log) == Appended::stored);
      log.publish(0);
      latest = log.event_at(batch.offsets.back()).unix_ms;
    }
    CHECK(latest == 1'000'000 + size * rounds - 1);
  }
  done = true;
}

}  // namespace
}  // namespace oneshot::event_log
