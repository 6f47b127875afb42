// SPDX-License-Identifier: MIT
#include "event_log/event_log.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/manual_clock.hpp"
#include "support/read_alone.hpp"

namespace oneshot::event_log {
namespace {

using Appended = EventLog::Appended;

Ring ring(std::uint64_t pages) { return std::move(*Ring::in_memory(pages * Ring::page_size())); }

oneshot::test::ManualClock clock;

/// With a hash seed that is always the same one, by which `a` to `d` have words of their own in the times.
const EventLog::Start fixed_seed{.salt = 1};

Appended append_at(EventLog& log, std::int64_t unix_ms, unsigned appender, const event::Event& event) {
  clock.set(unix_ms);
  RecordId id;
  return log.append(appender, event, id, true);
}

event::Event event_of(std::string_view labels, double value = 1, bool given = false) {
  return {.labels = labels, .value = value, .value_given = given};
}

TEST_CASE("an event comes back as it was stored") {
  EventLog log(ring(1), {}, 1, clock, false);
  REQUIRE(append_at(log, 1234, 0, event_of("a=\"b\"", 4.5, true)) == Appended::stored);
  REQUIRE(append_at(log, 1235, 0, event_of("")) == Appended::stored);
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
  EventLog log(ring(1), {}, 1, clock, false);
  for (const char* labels : {"a", "b", "a"}) append_at(log, 0, 0, event_of(labels));
  CHECK(log.event_at(0).series_hash == log.event_at(80).series_hash);
  CHECK(log.event_at(0).series_hash != log.event_at(40).series_hash);
}

TEST_CASE("a log takes exactly its capacity and goes on when the gate rises") {
  EventLog log(ring(1), {}, 1, clock, false);
  const std::uint64_t room = log.capacity() / 32;  // records without labels have 32 bytes
  for (std::uint64_t i = 0; i < room; ++i) {
    const bool above_high_watermark = i >= room - room / 16;
    CHECK(append_at(log, 0, 0, event_of("")) ==
          (above_high_watermark ? Appended::stored_above_high_watermark : Appended::stored));
  }
  CHECK(append_at(log, 0, 0, event_of("")) == Appended::no_room);
  CHECK(log.published_end() == log.tail());  // a refused event holds nothing back
  log.advance_head(32);
  CHECK(append_at(log, 0, 0, event_of("")) == Appended::stored_above_high_watermark);
  CHECK(append_at(log, 0, 0, event_of("")) == Appended::no_room);
}

TEST_CASE("no page is read ahead from where the log will be written on up to the reserved end, all else is") {
  const std::uint64_t page = Ring::page_size();
  EventLog log(ring(4), {.end = page, .reserved_end = 3 * page}, 1, clock, false);
  const auto read_alone = [&log] { return oneshot::test::pages_read_alone(&log.record_at(0), 4); };
  CHECK(read_alone() == "-aa-");
  const std::string a_page(page - 32, 'a');
  REQUIRE(append_at(log, 0, 0, event_of(a_page)) == Appended::stored);
  log.raise_reserved_end(4 * page);
  CHECK(read_alone() == "--aa");
  REQUIRE(append_at(log, 0, 0, event_of(a_page)) == Appended::stored);
  log.advance_head(page);
  log.raise_reserved_end(5 * page);
  CHECK(read_alone() == "a--a");
}

TEST_CASE("records of all lengths survive a hundred rounds, also across the end") {
  EventLog log(ring(1), {}, 1, clock, false);
  Offset read;
  for (int i = 0; i < 8000; ++i) {
    const std::string labels(static_cast<std::size_t>(i % 97), static_cast<char>('a' + i % 26));
    REQUIRE(append_at(log, i, 0, event_of(labels, i)) == Appended::stored);
    const StoredEvent event = log.event_at(read.bytes);
    REQUIRE(event.labels == labels);
    REQUIRE(event.value == i);
    log.walk(read, log.published_end(), [](const Record&) { return false; });
    REQUIRE(read.bytes == log.tail());
    log.advance_head(read.bytes);
  }
  CHECK(read.events == 8000);
  CHECK(log.tail() > 100 * log.capacity());
}

TEST_CASE("a walk stops where it is told to") {
  EventLog log(ring(1), {}, 1, clock, false);
  for (int i = 0; i < 10; ++i) append_at(log, i, 0, event_of(""));
  Offset at;
  log.walk(at, log.published_end(), [](const Record& record) { return record.unix_ms == 7; });
  CHECK(at == Offset{7 * 32, 7});
  log.walk(at, 9 * 32, [](const Record&) { return false; });
  CHECK(at == Offset{9 * 32, 9});
}

TEST_CASE("times ascend within a series and follow the clock in others") {
  EventLog log(ring(1), fixed_seed, 1, clock, true);
  for (const char* labels : {"a", "a", "b", "a"}) append_at(log, 1000, 0, event_of(labels));
  append_at(log, 5000, 0, event_of("a"));
  append_at(log, 4500, 0, event_of("a"));
  const std::int64_t expected[] = {1000, 1001, 1000, 1002, 5000, 5001};
  for (std::uint64_t i = 0; i < 6; ++i) CHECK(log.event_at(i * 40).unix_ms == expected[i]);
}

TEST_CASE("when the clock is set back times begin anew, and events behind their series are marked") {
  EventLog log(ring(1), fixed_seed, 1, clock, true);
  append_at(log, 5000, 0, event_of("a"));
  append_at(log, 2000, 0, event_of("b"));
  const EventLog::Epoch epoch = log.begin_epoch(2000);
  CHECK(epoch.begin == 80);
  CHECK(epoch.latest == 5000);
  append_at(log, 3000, 0, event_of("a"));
  append_at(log, 3000, 0, event_of("a"));
  append_at(log, 3000, 0, event_of("b"));
  append_at(log, 5001, 0, event_of("a"));
  const std::int64_t expected[] = {5000, 2000, 3001, 3002, 3000, 5001};
  const bool out_of_order[] = {false, false, true, true, false, false};
  for (std::uint64_t i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK(log.event_at(i * 40).unix_ms == expected[i]);
    CHECK(log.event_at(i * 40).out_of_order == out_of_order[i]);
  }
  SUBCASE("also after another step back") {
    log.begin_epoch(1000);
    append_at(log, 4000, 0, event_of("a"));
    append_at(log, 4000, 0, event_of("b"));
    CHECK(log.event_at(6 * 40).unix_ms == 4002);
    CHECK(log.event_at(7 * 40).unix_ms == 4000);
    CHECK(log.event_at(6 * 40).out_of_order);
  }
  SUBCASE("until the clock is past all of it") {
    log.pass_time(5000);
    append_at(log, 4000, 0, event_of("c"));
    log.pass_time(5001);
    append_at(log, 4000, 0, event_of("b"));
    append_at(log, 1000, 0, event_of("d"));
    for (std::uint64_t i = 6; i < 9; ++i) CHECK_FALSE(log.event_at(i * 40).out_of_order);
  }
}

TEST_CASE("what the clock was past already counts again where it is set back once more") {
  EventLog log(ring(1), fixed_seed, 1, clock, true);
  append_at(log, 5000, 0, event_of("a"));
  log.begin_epoch(2000);
  append_at(log, 6000, 0, event_of("b"));
  log.pass_time(6000);
  log.begin_epoch(2000);
  append_at(log, 4000, 0, event_of("a"));
  CHECK(log.event_at(80).unix_ms == 4000);
  CHECK(log.event_at(80).out_of_order);
}

TEST_CASE("a thread that read the clock before it was set back does not spoil the times after it") {
  Timestamps times(clock);
  clock.set(9000);
  Timestamps::Now stale = times.now();
  times.begin_epoch(8000);
  clock.set(1000);
  SUBCASE("it finds a time of the new epoch") {
    Timestamps::Now now = times.now();
    CHECK(times.next(7, now, 0) == 1000);
    CHECK(times.next(7, stale, 0) == 1001);
    CHECK_FALSE(times.is_past(stale));  // it was read anew
  }
  SUBCASE("it leaves a time of the old one, which counts no more") {
    CHECK(times.next(7, stale, 0) == 9000);
    CHECK(times.is_past(stale));
    Timestamps::Now now = times.now();
    CHECK(times.next(7, now, 0) == 1001);  // it is 1000 by the new clock
  }
}

TEST_CASE("times ascend in the order of the log when threads append to the same series") {
  EventLog log(ring(512), {}, 4, clock, true);
  // So many that none runs ahead of the clock, which hardly moves, by more than it may.
  constexpr std::size_t count = 48;
  std::vector<std::string> series;
  for (std::size_t i = 0; i < count; ++i) series.emplace_back(1, static_cast<char>('0' + i));
  std::vector<std::jthread> threads;
  for (unsigned appender = 0; appender < 4; ++appender) {
    threads.emplace_back([&, appender] {
      for (std::size_t i = 0; i < 10'000; ++i)
        append_at(log, static_cast<std::int64_t>(i / 100), appender, event_of(series[i % count]));
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
  CHECK(last.size() == count);
  CHECK(log.tail() == 40'000 * 40);
}

}  // namespace
}  // namespace oneshot::event_log
