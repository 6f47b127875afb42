// SPDX-License-Identifier: MIT
#include "queue/event_log.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "queue/delivery.hpp"

namespace oneshot::queue {
namespace {

using Appended = EventLog::Appended;

MappedRing ring(std::uint64_t pages) { return std::move(*MappedRing::in_memory(pages * MappedRing::page_size())); }
event::Event event_of(std::string_view labels, double value = 1, bool given = false) {
  return {.labels = labels, .value = value, .value_given = given};
}

TEST_CASE("an event comes back as it was stored") {
  EventLog log(ring(1), 1, false);
  REQUIRE(log.append(0, event_of("a=\"b\"", 4.5, true), 1234) == Appended::stored);
  REQUIRE(log.append(0, event_of(""), 1235) == Appended::stored);
  CHECK(log.published_end() == log.tail());

  const StoredEvent first = log.event_at(0);
  CHECK(first.labels == "a=\"b\"");
  CHECK(first.value == 4.5);
  CHECK(first.value_given);
  CHECK(first.unix_ms == 1234);
  const StoredEvent second = log.event_at(40);
  CHECK(second.labels.empty());
  CHECK(second.value == 1);
  CHECK_FALSE(second.value_given);
  CHECK(log.tail() == 72);
}

TEST_CASE("equal series have equal hashes and others do not") {
  EventLog log(ring(1), 1, false);
  for (const char* labels : {"a", "b", "a"}) log.append(0, event_of(labels), 0);
  CHECK(log.event_at(0).series_hash == log.event_at(80).series_hash);
  CHECK(log.event_at(0).series_hash != log.event_at(40).series_hash);
}

TEST_CASE("a log takes exactly its capacity and goes on when the gate rises") {
  EventLog log(ring(1), 1, false);
  const std::uint64_t room = log.capacity() / 32;  // records without labels have 32 bytes
  for (std::uint64_t i = 0; i < room; ++i) {
    const bool crowded = i >= room - room / 16;
    CHECK(log.append(0, event_of(""), 0) == (crowded ? Appended::stored_crowded : Appended::stored));
  }
  CHECK(log.append(0, event_of(""), 0) == Appended::no_room);
  CHECK(log.published_end() == log.tail());  // a refused event holds nothing back
  log.raise_gate(32);
  CHECK(log.append(0, event_of(""), 0) == Appended::stored_crowded);
  CHECK(log.append(0, event_of(""), 0) == Appended::no_room);
}

TEST_CASE("records of all lengths survive a hundred rounds, also across the end") {
  EventLog log(ring(1), 1, false);
  Mark read;
  for (int i = 0; i < 8000; ++i) {
    const std::string labels(static_cast<std::size_t>(i % 97), static_cast<char>('a' + i % 26));
    REQUIRE(log.append(0, event_of(labels, i), i) == Appended::stored);
    const StoredEvent event = log.event_at(read.position);
    REQUIRE(event.labels == labels);
    REQUIRE(event.value == i);
    log.walk(read, log.published_end(), [](const RecordHeader&) { return false; });
    REQUIRE(read.position == log.tail());
    log.raise_gate(read.position);
  }
  CHECK(read.events == 8000);
  CHECK(log.tail() > 100 * log.capacity());
}

TEST_CASE("a walk stops where it is told to") {
  EventLog log(ring(1), 1, false);
  for (int i = 0; i < 10; ++i) log.append(0, event_of(""), i);
  Mark mark;
  log.walk(mark, log.published_end(), [](const RecordHeader& record) { return record.unix_ms == 7; });
  CHECK(mark == Mark{7 * 32, 7});
  log.walk(mark, 9 * 32, [](const RecordHeader&) { return false; });
  CHECK(mark == Mark{9 * 32, 9});
}

TEST_CASE("times ascend within a series and follow the clock in others") {
  EventLog log(ring(1), 1, true);
  for (const char* labels : {"a", "a", "b", "a"}) log.append(0, event_of(labels), 1000);
  log.append(0, event_of("a"), 5000);
  log.append(0, event_of("a"), 900);
  const std::int64_t expected[] = {1000, 1001, 1000, 1002, 5000, 5001};
  for (std::uint64_t i = 0; i < 6; ++i) CHECK(log.event_at(i * 40).unix_ms == expected[i]);
  log.forget_times();
  log.append(0, event_of("a"), 900);
  CHECK(log.event_at(6 * 40).unix_ms == 900);
}

TEST_CASE("times ascend in the order of the log when threads append to the same series") {
  EventLog log(ring(512), 4, true);
  const char* const series[] = {"a", "b", "c"};
  std::vector<std::jthread> threads;
  for (unsigned appender = 0; appender < 4; ++appender) {
    threads.emplace_back([&, appender] {
      for (int i = 0; i < 10'000; ++i) log.append(appender, event_of(series[i % 3]), i / 100);
    });
  }
  threads.clear();
  std::unordered_map<std::string_view, std::int64_t> last;
  std::uint64_t wrong = 0;
  for (std::uint64_t at = 0; at < log.tail(); at += 40) {
    const StoredEvent event = log.event_at(at);
    const auto [entry, first] = last.try_emplace(event.labels, event.unix_ms);
    if (!first && event.unix_ms <= entry->second) ++wrong;
    entry->second = event.unix_ms;
  }
  CHECK(wrong == 0);
  CHECK(last.size() == 3);
  CHECK(log.tail() == 40'000 * 40);
}

}  // namespace
}  // namespace oneshot::queue
