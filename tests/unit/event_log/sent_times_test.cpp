// SPDX-License-Identifier: MIT
// With explicit timestamps a client's own time is its sample's, as long as the times of a series stay what a reader
// takes: unique, ascending, not ahead, not too old.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "event_log/event_log.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::event_log {
namespace {

using std::chrono::milliseconds;

Ring ring(std::uint64_t pages) { return std::move(*Ring::in_memory(pages * Ring::page_size())); }

/// With a hash seed by which `a` to `d` have words of their own in the times.
const EventLog::Start fixed_seed{.salt = 1};
constexpr std::int64_t oldest = 3000;

struct Log {
  oneshot::test::ManualClock clock;
  EventLog log{ring(256), fixed_seed, 1, clock, true};

  Log() { log.set_oldest_sent(milliseconds(oldest)); }

  /// The record of an event that is stored now.
  const Record& append(std::string_view labels, std::optional<std::int64_t> sent = std::nullopt) {
    RecordId id;
    const event::Event event{.labels = labels, .sent_unix_ms = sent};
    const auto appended = log.append(0, event, id, true);
    REQUIRE((appended == EventLog::Appended::stored || appended == EventLog::Appended::stored_above_high_watermark));
    return log.record_at(id.offset);
  }
  std::int64_t sample(std::string_view labels, std::optional<std::int64_t> sent = std::nullopt) {
    return append(labels, sent).sample_unix_ms();
  }
};

TEST_CASE("a sender's time is that of the sample, within what a reader takes") {
  Log f;
  f.clock.set(10'000);
  CHECK(f.sample("a", 9000) == 9000);
  CHECK(f.sample("b", 10'001) == 10'000);  // not ahead of the clock
  CHECK(f.sample("c", 6999) == 7000);      // not older than the oldest
  CHECK(f.sample("d", -5'000'000) == 7000);
  CHECK(f.sample("d", std::numeric_limits<std::int64_t>::max()) == 10'000);
  CHECK(f.sample("d", std::numeric_limits<std::int64_t>::min()) == 10'001);
}

TEST_CASE("a time that its series has passed moves behind the last one") {
  Log f;
  f.clock.set(10'000);
  CHECK(f.sample("a", 9000) == 9000);
  CHECK(f.sample("a", 9000) == 9001);
  CHECK(f.sample("a", 8000) == 9002);
  CHECK(f.sample("a", 9500) == 9500);
  CHECK(f.sample("a") == 10'000);
  CHECK(f.sample("a", 9000) == 10'001);
  CHECK(f.sample("b", 9000) == 9000);  // another series
}

TEST_CASE("the record says when the event was stored, too") {
  Log f;
  f.clock.set(10'000);
  const Record& record = f.append("a", 9000);
  CHECK(record.unix_ms == 10'000);
  CHECK(record.sent_unix_ms() == 9000);
  CHECK(f.append("b").sent_unix_ms() == std::nullopt);
}

TEST_CASE("without ascending times a sender's time is kept as it is") {
  oneshot::test::ManualClock clock;
  clock.set(10'000);
  EventLog log(ring(1), fixed_seed, 1, clock, false);
  RecordId id;
  log.append(0, {.labels = "a", .sent_unix_ms = 99'999}, id);
  CHECK(log.record_at(id.offset).sent_unix_ms() == 99'999);
  CHECK(log.record_at(id.offset).unix_ms == 10'000);
  CHECK(log.record_at(id.offset).sample_unix_ms() == 10'000);  // should the next start want them: it blocks nothing
}

TEST_CASE("no sender's time is earlier than what the program before may have given") {
  Log f;
  f.clock.set(10'000);
  f.log.know_times_since(9500);
  CHECK(f.sample("a", 9000) == 9500);
  CHECK(f.sample("b", 9700) == 9700);
  f.log.know_times_since(20'000);  // by a clock that was ahead
  CHECK(f.sample("c", 9000) == 10'000);
}

/// The rule in the fewest words.
struct Model {
  std::map<std::string, std::int64_t, std::less<>> last;

  std::int64_t next(std::string_view series, std::int64_t now, std::optional<std::int64_t> sent) {
    const std::int64_t wanted = sent ? std::clamp(*sent, now - oldest, now) : now;
    const auto known = last.find(series);
    const std::int64_t mine = known == last.end() ? wanted : std::max(wanted, known->second + 1);
    return last[std::string(series)] = mine;
  }
};

TEST_CASE("senders' times in any order: each sample has the time that the rule says") {
  const char* const series[] = {"a", "b", "c", "d"};
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    Log f;
    Model model;
    int wrong = 0;
    for (int i = 0; i < 500; ++i) {
      if (below(3) == 0) f.clock.advance(milliseconds(below(below(10) == 0 ? 5000 : 3)));
      const std::int64_t now = f.clock.unix_ms();
      std::optional<std::int64_t> sent;
      if (below(3) > 0) sent = now + below(8000) - 6000;
      const char* const one = series[below(4)];
      if (f.sample(one, sent) != model.next(one, now, sent)) ++wrong;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("whatever senders say and however the clock is set, an unmarked event is later than all of its series") {
  const char* const series[] = {"a", "b", "c", "d"};
  int marked = 0;
  int kept = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    Log f;
    std::map<std::string, std::int64_t, std::less<>> latest;  // that a reader may have, whichever clock it was of
    int wrong = 0;
    for (int i = 0; i < 600; ++i) {
      f.clock.advance(milliseconds(below(below(20) == 0 ? 4000 : 20)));
      if (below(60) == 0) {
        const int back = below(2) == 0 ? below(6000) + 1001 : -below(6000) - 1001;
        f.clock.step(milliseconds(-back));
        f.log.begin_epoch(back);
      }
      f.log.pass_time(f.clock.unix_ms());
      const std::int64_t now = f.clock.unix_ms();
      std::optional<std::int64_t> sent;
      if (below(2) == 0) sent = now + below(5000) - 4500;
      const char* const one = series[below(4)];
      const Record& record = f.append(one, sent);
      const auto [entry, first] = latest.try_emplace(one, record.sample_unix_ms());
      if (record.is_out_of_order()) {
        ++marked;
      } else if (!first && record.sample_unix_ms() <= entry->second) {
        ++wrong;
      }
      if (sent && record.sample_unix_ms() == *sent) ++kept;
      entry->second = std::max(entry->second, record.sample_unix_ms());
    }
    CHECK(wrong == 0);
  }
  CHECK(marked > 1000);  // there was something to get wrong
  CHECK(kept > 5000);
}

TEST_CASE("times ascend in the order of the log when threads store what senders date as they like") {
  oneshot::test::ManualClock clock;
  EventLog log(ring(640), {}, 4, clock, true);
  log.set_oldest_sent(milliseconds(oldest));
  const char* const series[] = {"a", "b", "c"};
  std::vector<std::jthread> threads;
  for (unsigned appender = 0; appender < 4; ++appender) {
    threads.emplace_back([&, appender] {
      std::mt19937 random(appender);
      for (int i = 0; i < 10'000; ++i) {
        if (i % 50 == 0) clock.advance(milliseconds(20));
        event::Event event{.labels = series[i % 3]};
        if (random() % 3 > 0) event.sent_unix_ms = clock.unix_ms() - static_cast<int>(random() % 4000);
        RecordId id;
        log.append(appender, event, id, true);
      }
    });
  }
  threads.clear();
  std::unordered_map<std::string_view, std::int64_t> last;
  std::uint64_t wrong = 0;
  std::uint64_t events = 0;
  for (std::uint64_t at = 0; at < log.tail(); at += log.record_at(at).size(), ++events) {
    const Record& record = log.record_at(at);
    const auto [entry, first] = last.try_emplace(record.labels(), record.sample_unix_ms());
    if (!first && record.sample_unix_ms() <= entry->second) ++wrong;
    entry->second = record.sample_unix_ms();
  }
  CHECK(wrong == 0);
  CHECK(events == 40'000);
}

}  // namespace
}  // namespace oneshot::event_log
