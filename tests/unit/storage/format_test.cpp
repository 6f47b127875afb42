// SPDX-License-Identifier: MIT
//
// What format 2 has room for, though no feature fills it yet: it stays over kills, restarts and changes of capacity.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "event_log/record.hpp"
#include "storage/store.hpp"
#include "unit/queue/storage_fixture.hpp"

using namespace oneshot;
using namespace oneshot::queue;
using namespace oneshot::queue::test;

namespace {

constexpr event::IdempotencyKey some_key{.high = 0x1122334455667788, .low = 0x99AABBCCDDEEFF00};

/// All combinations of what an event may have, with texts that are all different.
struct Combinations {
  std::vector<std::string> texts;
  std::vector<event::Event> events;

  Combinations() {
    for (int bits = 0; bits < 16; ++bits)
      texts.push_back("n=\"" + std::string(static_cast<std::size_t>(bits), 'x') + '"');
    for (int bits = 0; bits < 16; ++bits) {
      event::Event event{
          .labels = texts[static_cast<std::size_t>(bits)], .value = bits + 0.5, .value_given = (bits & 8) != 0};
      if ((bits & 1) != 0) event.metric = "deploys";
      if ((bits & 2) != 0) event.sent_unix_ms = 1'700'000'000'123 + bits;
      if ((bits & 4) != 0) event.key = {.high = some_key.high, .low = static_cast<std::uint64_t>(bits)};
      events.push_back(event);
    }
  }
};

void check_equal(const BatchEvent& stored, const event::Event& event) {
  CHECK(stored.labels == event.labels);
  CHECK(stored.value == event.value);
  CHECK(stored.value_given == event.value_given);
  CHECK(stored.metric == event.metric);
  CHECK(stored.sent_unix_ms == event.sent_unix_ms);
  CHECK(stored.key == event.key);
}

/// A Store in use, and what it may be closed with.
struct InUse {
  explicit InUse(const StorageFixture& f, std::uint64_t capacity) {
    auto opened = storage::Store::open(f.options.storage.path, {capacity}, 0);
    REQUIRE(opened.has_value());
    store = std::move(*opened);
    REQUIRE(store->begin().has_value());
  }
  std::unique_ptr<storage::Store> store;
};

}  // namespace

TEST_CASE("events with all they may have come back after a restart, a kill, a loss of power, and another capacity") {
  const Combinations all;
  for (int end = 0; end < 4; ++end) {
    CAPTURE(end);
    StorageFixture f;
    f.register_at_end("a");
    for (const event::Event& event : all.events) REQUIRE(f.queue().append(0, event) == Stored::stored);
    if (end == 0) f.end();
    if (end == 1) f.kill();
    if (end == 2) f.lose_power();
    if (end == 3) {
      f.kill();
      f.options.storage.capacity_bytes = 32 * page;
    }
    const std::unique_ptr<Delivery> delivery = f.take("a");
    REQUIRE(delivery->count() == all.events.size());
    CHECK(f.numbers("a").dropped_damaged == 0);
    const std::vector<BatchEvent> stored = events_of(delivery->batch());
    for (std::size_t i = 0; i < stored.size(); ++i) check_equal(stored[i], all.events[i]);
  }
}

TEST_CASE("damage in any part of an event with all it may have costs that event alone") {
  const event::Event full{.labels = "a=\"b\"",
                          .value = 1,
                          .value_given = false,
                          .metric = "deploys",
                          .sent_unix_ms = 1'700'000'000'123,
                          .key = some_key};
  const std::uint64_t size = sizeof(event_log::Record) + 16 + 8 + 8 + 5;
  for (std::uint64_t byte = 0; byte < size; ++byte) {
    CAPTURE(byte);
    StorageFixture f;
    f.register_at_end("a");
    f.store(1);
    REQUIRE(f.queue().append(0, full) == Stored::stored);
    f.store(1);
    byte % 2 == 0 ? f.end() : f.kill();
    f.damage(storage::format::default_ring_offset + small_record + byte);
    CHECK(f.numbers("a").dropped_damaged == 1);
    CHECK(f.scrape("a") == numbered(0, 2));
  }
}

TEST_CASE("a scraper's batch number and its flag stay") {
  StorageFixture f;
  f.register_at_end("a");
  f.register_at_end("b");
  f.end();
  std::uint64_t capacity = f.options.storage.capacity_bytes;
  {
    const InUse in_use(f, capacity);
    const auto& scrapers = in_use.store->found().scrapers;
    REQUIRE(scrapers.size() == 2);
    CHECK(scrapers[0].batch_number->number > static_cast<std::uint64_t>(f.clock.unix_ms()));
    CHECK_FALSE(scrapers[0].batch_number->calibrated);
    in_use.store->slots().place(scrapers[0].number).set_batch_number(std::uint64_t{1} << 52, true);
    in_use.store->slots().place(scrapers[1].number).set_batch_number(7, false);
  }
  for (int start = 0; start < 4; ++start, capacity *= start % 2 == 0 ? 2 : 1) {
    CAPTURE(start);
    const InUse in_use(f, capacity);
    const auto& scrapers = in_use.store->found().scrapers;
    CHECK(scrapers[0].batch_number->number == std::uint64_t{1} << 52);
    CHECK(scrapers[0].batch_number->calibrated);
    CHECK(scrapers[1].batch_number->number == 7);
    CHECK_FALSE(scrapers[1].batch_number->calibrated);
  }
  f.damage(storage::format::slots_offset + offsetof(storage::ScraperSlot, batch_number) + 2);
  const InUse in_use(f, capacity);
  CHECK_FALSE(in_use.store->found().scrapers[0].batch_number);
  CHECK(in_use.store->found().scrapers[1].batch_number->number == 7);
}

TEST_CASE("the history's mark stays, and what is behind it too") {
  StorageFixture f;
  f.options.history = 0s;
  f.register_at_end("a");
  f.store(10);
  CHECK(f.scrape("a") == numbered(0, 10));
  f.pass(601s);  // no hold
  f.end();
  std::uint64_t capacity = f.options.storage.capacity_bytes;
  const std::uint64_t mark = 4 * small_record;
  {
    const InUse in_use(f, capacity);
    CHECK_FALSE(in_use.store->found().history);
    CHECK(in_use.store->found().begin == 10 * small_record);
    in_use.store->slots().set_history(mark);
  }
  for (int start = 0; start < 4; ++start, capacity *= start % 2 == 0 ? 2 : 1) {
    CAPTURE(start);
    const InUse in_use(f, capacity);
    CHECK(in_use.store->found().history == mark);
    CHECK(in_use.store->found().begin == mark);
    CHECK(in_use.store->found().end == 10 * small_record);
    CHECK(in_use.store->found().damage.empty());
  }
  {
    const InUse in_use(f, capacity);
    in_use.store->slots().set_history({});
  }
  const InUse in_use(f, capacity);
  CHECK_FALSE(in_use.store->found().history);
}

TEST_CASE("the mark of the history is no reason to flush, as other changes are") {
  StorageFixture f;
  const InUse in_use(f, f.options.storage.capacity_bytes);
  int changes = 0;
  in_use.store->slots().on_change([&changes] { ++changes; });
  in_use.store->slots().set_history(0);
  CHECK(changes == 0);
  in_use.store->slots().set_hold(0);
  CHECK(changes == 1);
}

TEST_CASE("a damaged mark of the history stops the start") {
  StorageFixture f;
  f.store(1);
  f.end();
  f.damage(offsetof(storage::Header, history) + 2);
  CHECK(f.refusal().text.find("has a damaged header") != std::string::npos);
}

TEST_CASE("the table of idempotency keys is empty in a new file, and its entries stay") {
  StorageFixture f;
  f.register_at_end("a");
  f.end();
  std::uint64_t capacity = f.options.storage.capacity_bytes;
  {
    const InUse in_use(f, capacity);
    const std::span<storage::KeyEntry> table = in_use.store->key_table();
    REQUIRE(table.size() == 65536);
    CHECK(std::ranges::all_of(table, [](const auto& entry) { return entry == storage::KeyEntry{}; }));
    table.front() = {.key = some_key, .offset = 2, .fingerprint = 3, .unix_seconds = 4};
    table.back() = {.key = some_key, .offset = 5, .fingerprint = 5, .unix_seconds = 6};
  }
  for (int start = 0; start < 4; ++start, capacity *= start % 2 == 0 ? 2 : 1) {
    CAPTURE(start);
    const InUse in_use(f, capacity);
    CHECK(in_use.store->key_table().front() ==
          storage::KeyEntry{.key = some_key, .offset = 2, .fingerprint = 3, .unix_seconds = 4});
    CHECK(in_use.store->key_table().back().fingerprint == 5);
  }
}

TEST_CASE("a key table of another size is where the layout says") {
  StorageFixture f;
  f.register_at_end("a");
  f.store(3);
  f.end();
  auto layout = f.read<storage::Layout>(0);
  CHECK(layout.key_table_size == storage::format::default_key_table_size);
  for (const std::uint64_t size : {std::uint64_t{4095}, storage::format::largest_key_table_size + 4096}) {
    layout.key_table_size = size;
    layout.checksum = layout.right_checksum();
    f.write(0, layout);
    CHECK(f.refusal().text.find("has a damaged header") != std::string::npos);
  }
}
