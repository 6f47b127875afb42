// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "event/event.hpp"
#include "queue/local/embedded_batch.hpp"
#include "queue/local/embedded_queue.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::queue::test {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

inline constexpr std::uint64_t page = 4096;
/// Bytes of a record with a text such as `n1`, up to 8 characters.
inline constexpr std::uint64_t small_record = 40;

inline event::Event event_of(std::string_view labels) { return {.labels = labels, .value = 1, .value_given = false}; }

/// All events of a batch.
inline std::vector<BatchEvent> events_of(const Batch& batch) {
  std::vector<BatchEvent> all;
  std::array<BatchEvent, 1> event;
  for (EventRef next = first_event; batch.read(next, event) == 1;) all.push_back(event[0]);
  CHECK(all.size() == batch.size());
  return all;
}

inline void check_sample(const BatchSample& sample, const BatchEvent& event) {
  CHECK(sample.ref == event.ref);
  CHECK(sample.series_hash == event.series_hash);
  CHECK(sample.labels == event.labels);
  CHECK(sample.metric == event.metric);
  CHECK(sample.value == event.value);
  CHECK(sample.value_given == event.value_given);
  CHECK(sample.unix_ms == event.unix_ms);
  CHECK(sample.out_of_order == event.out_of_order);
}

/// The samples of a batch are its events, read one behind the other or by their refs.
inline void check_samples(const Batch& batch) {
  const std::vector<BatchEvent> events = events_of(batch);
  std::vector<BatchSample> samples(events.size() + 1);
  EventRef next = first_event;
  REQUIRE(batch.read_samples(next, samples) == events.size());
  std::vector<EventRef> backwards;
  for (std::size_t i = 0; i < events.size(); ++i) {
    check_sample(samples[i], events[i]);
    backwards.push_back(events[events.size() - 1 - i].ref);
  }
  batch.samples_at(backwards, samples);
  for (std::size_t i = 0; i < events.size(); ++i) check_sample(samples[i], events[events.size() - 1 - i]);
}

inline Texts texts(const Batch& batch) {
  Texts all;
  check_samples(batch);
  for (const BatchEvent& event : events_of(batch)) {
    all.emplace_back(event.labels);
    CHECK(batch.series_at(event.ref) == Series{event.metric, event.labels});
    CHECK(batch.hash_of({event.metric, event.labels}) == event.series_hash);
  }

  Texts in_blocks;
  std::array<BatchEvent, 3> block;
  EventRef next = first_event;
  for (std::size_t count = block.size(); count == block.size();) {
    count = batch.read(next, block);
    for (std::size_t i = 0; i < count; ++i) in_blocks.emplace_back(block[i].labels);
  }
  CHECK(in_blocks == all);
  return all;
}

/// A transfer that is only ever asked who it is.
class NamedTransfer final : public delivery::Transfer {
 public:
  asio::awaitable<State> resolve() override { co_return State::under_way; }
};

/// A queue with a clock that stands still. Options are set before the first use of `queue()`.
struct Fixture {
  oneshot::test::ManualClock clock;
  Options options;
  std::unique_ptr<EmbeddedQueue> embedded;
  std::uint64_t stored = 0;  // numbers the events that store() makes: n0, n1, ...

  Fixture() { options.storage.capacity_bytes = 16 * page; }

  EmbeddedQueue& queue() {
    if (embedded == nullptr) {
      auto opened = EmbeddedQueue::open(options, clock);
      REQUIRE(opened.has_value());
      embedded = std::move(*opened);
    }
    return *embedded;
  }
  Stored append(std::string_view labels) { return queue().append(0, event_of(labels)); }
  void store(std::uint64_t events) {
    for (; events > 0; --events) REQUIRE(append("n" + std::to_string(stored++)) == Stored::stored);
  }
  /// As many as there is room for.
  std::uint64_t store_until_full() {
    std::uint64_t events = 0;
    while (append("n" + std::to_string(stored)) == Stored::stored) ++events, ++stored;
    return events;
  }
  std::unique_ptr<WaitingScrape> enter(std::string_view scraper, Coming coming = 0) {
    auto waiter = queue().enter(scraper, coming);
    REQUIRE(waiter.has_value());
    return std::move(*waiter);
  }
  static StepResult step(WaitingScrape& waiter) {
    for (;;) {
      StepResult result = waiter.step();
      if (!std::holds_alternative<YieldFirst>(result)) return result;
    }
  }
  static bool waits(WaitingScrape& waiter) { return std::holds_alternative<WaitForChange>(step(waiter)); }
  /// The batch of a waiter whose turn it is.
  static std::unique_ptr<Delivery> taken(WaitingScrape& waiter) {
    StepResult mine = step(waiter);
    REQUIRE(std::holds_alternative<std::unique_ptr<Delivery>>(mine));
    return std::move(std::get<std::unique_ptr<Delivery>>(mine));
  }
  std::unique_ptr<Delivery> take(std::string_view scraper, Coming coming = 0) {
    const std::unique_ptr<WaitingScrape> waiter = enter(scraper, coming);
    return taken(*waiter);
  }
  /// A whole scrape that ends like this; what was in it.
  Texts scrape(std::string_view scraper, delivery::Outcome outcome = delivery::Outcome::delivered, Coming coming = 0) {
    const std::unique_ptr<Delivery> delivery = take(scraper, coming);
    Texts all = texts(delivery->batch());
    delivery->handed_over();
    delivery->settle(outcome);
    return all;
  }
  void register_at_end(std::string_view scraper) { scrape(scraper); }
  /// The time passes in seconds, each with its tick.
  void pass(std::chrono::seconds time) {
    for (; time > 0s; time -= 1s) {
      clock.advance(1s);
      queue().tick();
    }
  }
  ScraperStatistics numbers(std::string_view scraper) {
    const QueueStatistics all = queue().statistics();
    const auto found = std::ranges::find(all.scrapers, scraper, &ScraperStatistics::name);
    REQUIRE(found != all.scrapers.end());
    return *found;
  }
  bool known(std::string_view scraper) { return queue().peek(scraper) != nullptr; }
  std::uint64_t forgotten(std::string_view scraper) {
    for (const auto& [name, events] : queue().statistics().dropped_forgotten) {
      if (name == scraper) return events;
    }
    return 0;
  }
};

/// n<from> up to and without n<to>.
inline Texts numbered(std::uint64_t from, std::uint64_t to) {
  Texts all;
  for (; from < to; ++from) all.push_back("n" + std::to_string(from));
  return all;
}

}  // namespace oneshot::queue::test
