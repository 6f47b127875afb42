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
#include "queue/local/delivery.hpp"
#include "queue/queue_manager.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::queue::test {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

inline constexpr std::uint64_t page = 4096;
/// Bytes of a record with a text such as `n1`, up to 8 characters.
inline constexpr std::uint64_t small_record = 40;

inline event::Event event_of(std::string_view labels) { return {.labels = labels, .value = 1, .value_given = false}; }

inline Texts texts(const Reading& reading) {
  Texts all;
  event_log::StoredEvent event;
  std::uint64_t offset = reading.begin();
  while (reading.next(offset, event)) all.emplace_back(event.labels);

  Texts in_blocks;
  std::array<event_log::StoredEvent, 3> block;
  offset = reading.begin();
  for (std::size_t count = block.size(); count == block.size();) {
    count = reading.next(offset, block);
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
  std::unique_ptr<QueueManager> manager;
  std::uint64_t stored = 0;  // numbers the events that store() makes: n0, n1, ...

  Fixture() { options.storage.capacity_bytes = 16 * page; }

  QueueManager& queue() {
    if (manager == nullptr) {
      auto opened = QueueManager::open(options, clock);
      REQUIRE(opened.has_value());
      manager = std::move(*opened);
    }
    return *manager;
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
  Ticket stand(std::string_view scraper) {
    auto ticket = queue().stand_in_line(scraper);
    REQUIRE(ticket.has_value());
    return std::move(*ticket);
  }
  Turn turn(Ticket& ticket) {
    for (;;) {
      Turn turn = queue().try_take(ticket);
      if (!std::holds_alternative<MoreToWalk>(turn)) return turn;
    }
  }
  Delivery take(std::string_view scraper) {
    Ticket ticket = stand(scraper);
    Turn mine = turn(ticket);
    REQUIRE(std::holds_alternative<Delivery>(mine));
    return std::move(std::get<Delivery>(mine));
  }
  /// A whole scrape that ends like this; what was in it.
  Texts scrape(std::string_view scraper, delivery::Outcome outcome = delivery::Outcome::delivered) {
    Delivery delivery = take(scraper);
    Texts all = texts(delivery.events());
    delivery.handed_over();
    delivery.settle(outcome);
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
  bool known(std::string_view scraper) { return queue().peek(scraper).has_value(); }
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
