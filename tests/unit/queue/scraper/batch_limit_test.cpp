// SPDX-License-Identifier: MIT
#include "queue/local/scraper/batch_limit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace oneshot::queue {
namespace {

using enum delivery::Outcome;
using namespace std::chrono_literals;

constexpr BatchSize allowed{.events = 10'000, .bytes = 12'000'000};

/// Scrapes of a scraper with a backlog of events of 100 bytes, unless a test says otherwise.
struct Scrapes {
  BatchLimit limit;
  SteadyTime now{1'000'000s};
  std::uint64_t event_bytes = 100;

  BatchSize next() const {
    const BatchSize most = limit.next(allowed);
    const std::uint64_t events = std::clamp<std::uint64_t>(most.bytes / event_bytes, 1, most.events);
    return {.events = events, .bytes = events * event_bytes};
  }
  /// One scrape that ends like this; how many events it had.
  std::uint64_t scrape(delivery::Outcome outcome) {
    const BatchSize batch = next();
    limit.settled(outcome, batch, allowed, now);
    return batch.events;
  }
  std::vector<std::uint64_t> scrapes(std::initializer_list<delivery::Outcome> outcomes) {
    std::vector<std::uint64_t> events;
    for (const delivery::Outcome outcome : outcomes) events.push_back(scrape(outcome));
    return events;
  }
  /// So many scrapes of one that fails as `takes` says; the events delivered, and how many failed.
  struct Sum {
    std::uint64_t events = 0;
    unsigned failed = 0;
  };
  Sum against(const std::function<bool(BatchSize)>& takes, int scrapes, delivery::Outcome how = unconfirmed) {
    Sum sum;
    for (; scrapes > 0; --scrapes) {
      const BatchSize batch = next();
      const bool taken = takes(batch);
      scrape(taken ? delivered : how);
      sum.events += taken ? batch.events : 0;
      sum.failed += taken ? 0 : 1;
    }
    return sum;
  }
};

using Events = std::vector<std::uint64_t>;

TEST_CASE("the table of sizes") {
  struct Row {
    const char* what;
    std::initializer_list<delivery::Outcome> outcomes;
    Events events;
  };
  const Row rows[] = {
      {"nothing fails", {delivered, delivered, delivered}, {10'000, 10'000, 10'000}},
      {"halved", {truncated, unconfirmed, refused, truncated}, {10'000, 5'000, 2'500, 1'250}},
      {"after one failure close to it",
       {truncated, delivered, delivered, delivered, delivered},
       {10'000, 5'000, 7'500, 8'750, 8'750}},
      {"and beyond after four deliveries",
       {truncated, delivered, delivered, delivered, delivered, delivered},
       {10'000, 5'000, 7'500, 8'750, 8'750, 10'000}},
      {"down to one event",
       {truncated, truncated, truncated, truncated, truncated, truncated, truncated, truncated, truncated, truncated,
        truncated, truncated, truncated, truncated, truncated},
       {10'000, 5'000, 2'500, 1'250, 625, 312, 156, 78, 39, 19, 9, 4, 2, 1, 1}},
      {"a time-out stops at 64",
       {timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out},
       {10'000, 5'000, 2'500, 1'250, 625, 312, 156, 78, 64, 64}},
      {"and up from there",
       {timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, timed_out, delivered,
        delivered},
       {10'000, 5'000, 2'500, 1'250, 625, 312, 156, 78, 64, 64, 71}},
      {"the middle again and again",
       {truncated, delivered, truncated, delivered, truncated, delivered},
       {10'000, 5'000, 7'500, 5'000, 6'250, 5'000}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Scrapes scrapes;
    CHECK(scrapes.scrapes(row.outcomes) == row.events);
  }
}

TEST_CASE("a limit is met again ever more rarely, and near it all the time between") {
  for (const std::uint64_t limit : {3U, 10U, 64U, 100U, 777U, 5'000U, 9'999U}) {
    CAPTURE(limit);
    Scrapes scrapes;
    const auto takes = [limit](const BatchSize& batch) { return batch.events <= limit; };
    scrapes.against(takes, 100);
    const Scrapes::Sum sum = scrapes.against(takes, 1'000);
    CHECK(sum.failed < 1'000 / 8);
    CHECK(sum.events > 1'000 * limit * 2 / 3);
  }
}

TEST_CASE("bytes are a limit of their own, and events of another size do not meet it") {
  Scrapes scrapes;
  scrapes.event_bytes = 8'000;
  const auto takes = [](const BatchSize& batch) { return batch.bytes <= 1'000'000; };
  scrapes.against(takes, 100);
  const BatchSize with_large = scrapes.next();
  CHECK(with_large.bytes <= 1'000'000);
  CHECK(with_large.events > 60);
  scrapes.event_bytes = 1'000'001;  // one event at least
  CHECK(scrapes.next().events == 1);
}

TEST_CASE("a small batch goes out once more as it was, unless a limit is named") {
  const BatchSize small{.events = 64, .bytes = 65'536};
  BatchLimit limit;
  limit.settled(truncated, small, allowed, {});
  CHECK(limit.next(allowed) == allowed);
  limit.settled(delivered, small, allowed, {});
  limit.settled(unconfirmed, small, allowed, {});
  CHECK(limit.next(allowed) == allowed);
  limit.settled(unconfirmed, small, allowed, {});
  CHECK(limit.next(allowed) == BatchSize{.events = 32, .bytes = 32'768});
  BatchLimit other;
  other.settled(refused, small, allowed, {});
  CHECK(other.next(allowed) == BatchSize{.events = 32, .bytes = 32'768});
  BatchLimit another;
  another.settled(truncated, {.events = 1'000, .bytes = 50'000}, allowed, {});
  CHECK(another.next(allowed).events == 500);
}

TEST_CASE("what had more events than one that was delivered, and fewer bytes, had too many events") {
  BatchLimit limit;
  const SteadyTime now{1s};
  limit.settled(truncated, {.events = 1'000, .bytes = 1'000'000}, allowed, now);
  CHECK(limit.next(allowed) == BatchSize{.events = 500, .bytes = 500'000});
  limit.settled(delivered, {.events = 100, .bytes = 500'000}, allowed, now);
  CHECK(limit.next(allowed) == BatchSize{.events = 550, .bytes = 750'000});
  limit.settled(truncated, {.events = 550, .bytes = 55'000}, allowed, now);
  CHECK(limit.next(allowed) == BatchSize{.events = 275, .bytes = 750'000});
}

TEST_CASE("a delivered batch that is larger than one that failed shows that the size was not the fault") {
  BatchLimit limit;
  const SteadyTime now{1s};
  limit.settled(refused, {.events = 4, .bytes = 4'000}, allowed, now);
  limit.settled(delivered, {.events = 2, .bytes = 5'000}, allowed, now);  // the log's padding counts
  CHECK(limit.next(allowed).bytes == 4'000);
  CHECK(limit.next(allowed).events == 3);
}

TEST_CASE("a failed size is forgotten after ten minutes") {
  Scrapes scrapes;
  for (int i = 0; i < 6; ++i) scrapes.scrapes({truncated, delivered});  // long in memory by now
  CHECK(scrapes.scrape(delivered) < 10'000);
  CHECK(scrapes.scrape(delivered) < 10'000);
  const std::uint64_t before = scrapes.next().events;
  scrapes.now += 10min;
  scrapes.scrape(delivered);
  CHECK(scrapes.next().events == std::min<std::uint64_t>(10'000, 2 * before));
}

TEST_CASE("after an event was at fault sizes grow from two on, and nothing is remembered") {
  Scrapes scrapes;
  for (int i = 0; i < 13; ++i) scrapes.scrape(unconfirmed);
  CHECK(scrapes.scrape(unconfirmed) == 1);
  scrapes.limit.event_was_at_fault();
  CHECK(scrapes.scrapes({delivered, delivered, delivered, delivered}) == Events{2, 4, 8, 16});
  Scrapes others;  // which never had to be halved
  others.limit.event_was_at_fault();
  CHECK(others.scrape(delivered) == 10'000);
}

TEST_CASE("a slow link that recovers is back at full batches soon") {
  Scrapes scrapes;
  for (int i = 0; i < 50; ++i) CHECK(scrapes.scrape(timed_out) >= 64);
  int until = 0;
  while (scrapes.scrape(delivered) < 10'000) ++until;
  CHECK(until <= 14);
}

TEST_CASE("a single event that fails says nothing about sizes") {
  BatchLimit limit;
  limit.settled(truncated, {.events = 1, .bytes = 100}, allowed, {});
  CHECK(limit.next(allowed) == allowed);
}

}  // namespace
}  // namespace oneshot::queue
