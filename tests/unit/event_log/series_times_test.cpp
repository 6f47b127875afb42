// SPDX-License-Identifier: MIT
// With explicit timestamps: how far a series may run ahead of the clock, and that none pushes another one.
#include "event_log/series_times.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "event_log/event_log.hpp"
#include "event_log/timestamps.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::event_log {
namespace {

using Appended = EventLog::Appended;

Ring ring(std::uint64_t pages) { return std::move(*Ring::in_memory(pages * Ring::page_size())); }

constexpr std::int64_t start = 100'000;

struct Log {
  oneshot::test::ManualClock clock;
  EventLog log{ring(2048), {.salt = 1}, 4, clock, true};

  Log() { clock.set(start); }

  Appended append(std::string_view labels, std::int64_t* time = nullptr, std::optional<std::int64_t> sent = {}) {
    RecordId id;
    const Appended appended = log.append(0, {.labels = labels, .sent_unix_ms = sent}, id, true);
    if (time != nullptr && appended != Appended::too_early) *time = log.record_at(id.offset).sample_unix_ms();
    return appended;
  }
  std::int64_t time_of(std::string_view labels) {
    std::int64_t time = 0;
    REQUIRE(append(labels, &time) != Appended::too_early);
    return time;
  }
  /// As many as are taken.
  int burst(std::string_view labels) {
    int events = 0;
    while (append(labels) != Appended::too_early) ++events;
    return events;
  }
  /// So many series of the set of `labels`, found by trying.
  std::vector<std::string> neighbours(std::string_view labels, std::size_t count) const {
    std::vector<std::string> found;
    for (int i = 0; found.size() < count; ++i) {
      std::string other = "x=\"" + std::to_string(i) + '"';
      if (SeriesTimes::place(log.hash_of("", other)) == SeriesTimes::place(log.hash_of("", labels)))
        found.push_back(std::move(other));
    }
    return found;
  }
};

TEST_CASE("a series runs ahead of the clock by a second and no farther") {
  Log f;
  CHECK(f.burst("a") == 1001);  // one at the clock's own time
  CHECK(f.time_of("b") == start);
  f.clock.advance(std::chrono::milliseconds(1));
  CHECK(f.burst("a") == 1);
  f.clock.advance(std::chrono::milliseconds(500));
  CHECK(f.burst("a") == 500);
  f.clock.advance(std::chrono::seconds(10));
  CHECK(f.time_of("a") == start + 10'501);
}

TEST_CASE("what is refused leaves no trace") {
  Log f;
  f.burst("a");
  const std::uint64_t tail = f.log.tail();
  for (int i = 0; i < 5000; ++i) CHECK(f.append("a") == Appended::too_early);
  CHECK(f.log.tail() == tail);
  CHECK(f.log.published_end() == tail);
  f.clock.advance(std::chrono::milliseconds(2000));
  CHECK(f.time_of("a") == start + 2000);
}

TEST_CASE("senders' times, and be they of the future, are bound as well") {
  Log f;
  f.log.set_oldest_sent(std::chrono::milliseconds(3000));
  std::int64_t time = 0;
  int events = 0;
  while (f.append("a", &time, start - 500) != Appended::too_early) ++events;
  CHECK(events == 1501);
  CHECK(time == start + 1000);
  CHECK(f.append("b", &time, start + 50'000) == Appended::stored);
  CHECK(time == start);
}

TEST_CASE("series of one set do not push each other, however far they are ahead") {
  Log f;
  const std::vector<std::string> others = f.neighbours("a", 2);
  for (const std::string& other : others) CHECK(f.burst(other) == 1001);
  CHECK(f.time_of("a") == start);
  CHECK(f.time_of("a") == start + 1);
  CHECK(f.burst(others[0]) == 0);
}

TEST_CASE("a series that is forgotten for others of its set gets no time twice") {
  Log f;
  const std::vector<std::string> others = f.neighbours("a", 6);
  std::map<std::string, std::int64_t> last;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string& one = others[random() % others.size()];
    if (random() % 3 == 0) f.clock.advance(std::chrono::milliseconds(random() % 4));
    const std::int64_t now = f.clock.unix_ms();
    const std::int64_t time = f.time_of(one);
    CHECK(time > last[one]);
    CHECK(time <= now + 30);
    last[one] = time;
  }
}

TEST_CASE("a thread that was not run for long since it read the clock refuses nothing that others were given since") {
  oneshot::test::ManualClock clock;
  clock.set(start);
  Timestamps times(clock);
  const std::uint64_t series = 42;
  for (const bool batch : {false, true}) {
    CAPTURE(batch);
    Timestamps::Now early = times.now();
    clock.advance(std::chrono::seconds(10));
    Timestamps::Now now = times.now();
    const std::int64_t given = times.next(series, now, 0);
    std::array<Timestamps::Wish, 1> wishes;
    CHECK((batch ? times.next_all(series, early, wishes) : times.next(series, early, 0) != Timestamps::too_early));
    Timestamps::Now after = times.now();
    CHECK(times.next(series, after, 0) == given + 2);
  }
}

TEST_CASE("when the clock steps the bound is that of the new time") {
  Log f;
  f.burst("a");
  f.clock.set(start - 60'000);
  f.log.begin_epoch(60'000);
  CHECK(f.burst("a") == 0);  // a second ahead by the new clock, too
  CHECK(f.time_of("b") == start - 60'000);
  f.clock.advance(std::chrono::milliseconds(1001));
  CHECK(f.time_of("a") == start - 60'000 + 1001);
}

TEST_CASE("a log of a program without the bound: its series go on from what they have") {
  Log f;
  f.log.remember_time(f.log.hash_of("", "a"), start + 200'000);
  CHECK(f.time_of("a") == start + 200'001);
  CHECK(f.time_of("b") == start);
}

TEST_CASE("of a batch none is taken where one series has too many, and which ones are said") {
  Log f;
  std::vector<event::Event> events(1500, event::Event{.labels = "a"});
  events.push_back({.labels = "b"});
  std::vector<const event::Event*> all;
  for (const event::Event& event : events) all.push_back(&event);
  NewRecords records = f.log.prepare(all);
  CHECK(f.log.append_all(0, records, true) == Appended::too_early);
  CHECK(f.log.tail() == 0);
  const std::vector<std::size_t> late = EventLog::too_early_in(records);
  CHECK(late.size() == 499);
  CHECK(late.front() == 1001);
  CHECK(late.back() == 1499);

  all.erase(all.begin() + 1001, all.begin() + 1500);
  NewRecords fewer = f.log.prepare(all);
  CHECK(f.log.append_all(0, fewer, true) == Appended::stored);
  CHECK(f.log.record_at(fewer.all[1000].id.offset).unix_ms == start + 1000);
  CHECK(f.append("a") == Appended::too_early);
}

TEST_CASE("threads that bring the series of one set at once: unique and ascending times for each") {
  Log f;
  const std::vector<std::string> others = f.neighbours("a", 5);
  std::atomic<int> ready{0};
  std::vector<std::jthread> threads;
  for (unsigned appender = 0; appender < 4; ++appender) {
    threads.emplace_back([&, appender] {
      std::mt19937 random(appender);
      ++ready;
      while (ready < 4) std::this_thread::yield();
      for (int i = 0; i < 20'000; ++i) {
        if (i % 3 == 0) f.clock.advance(std::chrono::milliseconds(1));
        RecordId id;
        f.log.append(appender, {.labels = others[random() % others.size()]}, id, true);
      }
    });
  }
  threads.clear();
  std::map<std::string_view, std::int64_t> last;
  std::uint64_t wrong = 0;
  std::uint64_t events = 0;
  Offset at;
  f.log.walk(at, f.log.tail(), [&](const Record& record) {
    std::int64_t& before = last[record.labels()];
    if (record.unix_ms <= before) ++wrong;
    before = record.unix_ms;
    ++events;
    return false;
  });
  CHECK(wrong == 0);
  CHECK(events > 70'000);
}

}  // namespace
}  // namespace oneshot::event_log
