// SPDX-License-Identifier: MIT
#include "queue/local/keys/key_table.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "unit/queue/appending_fixture.hpp"
#include "unit/queue/key_fixture.hpp"

namespace oneshot::queue::test {
namespace {

constexpr std::uint64_t keys = 2048;  // of 16 parts
constexpr std::size_t keys_of_part = keys / storage::key_parts;

std::vector<storage::KeyEntry> empty_file() {
  return std::vector<storage::KeyEntry>(storage::key_table_size(keys) / sizeof(storage::KeyEntry));
}
void note(KeyTable& table, std::uint64_t number, std::uint64_t offset = 0) {
  table.lock(KeyTable::bit_of(key_of(number))).note({.key = key_of(number), .offset = offset});
}
bool knows(KeyTable& table, std::uint64_t number) {
  return table.lock(KeyTable::bit_of(key_of(number))).find(key_of(number)) != nullptr;
}

TEST_CASE("a key is known from its note on, with the event that came with it") {
  KeyTable table(keys);
  CHECK_FALSE(knows(table, 1));
  const storage::KeyEntry entry{.key = key_of(1), .offset = 80, .fingerprint = 7, .unix_seconds = 1000};
  table.lock(KeyTable::bit_of(key_of(1))).note(entry);
  const KeyTable::Locked locked = table.lock(KeyTable::bit_of(key_of(1)));
  REQUIRE(locked.find(key_of(1)) != nullptr);
  CHECK(*locked.find(key_of(1)) == entry);
  CHECK(locked.find(key_of(1 + storage::key_parts)) == nullptr);  // of the same part
}

TEST_CASE("a table without room is off") {
  CHECK(KeyTable(0).is_off());
  CHECK(KeyTable(std::span<storage::KeyEntry>()).is_off());
  CHECK_FALSE(KeyTable(keys).is_off());
}

TEST_CASE("where a part is full its oldest key leaves, and no other part's") {
  KeyTable table(keys);
  note(table, 1);
  for (std::size_t i = 0; i <= keys_of_part; ++i) note(table, storage::key_parts * i);
  CHECK_FALSE(knows(table, 0));
  CHECK(knows(table, storage::key_parts));
  CHECK(knows(table, storage::key_parts * keys_of_part));
  CHECK(knows(table, 1));
}

TEST_CASE("a part that is locked keeps others out, and no other part does") {
  KeyTable table(keys);
  std::atomic<bool> done{false};
  std::thread other;
  {
    const KeyTable::Locked locked = table.lock(KeyTable::bit_of(key_of(1)));
    note(table, 2);
    other = std::thread([&] {
      note(table, 1);
      done = true;
    });
    CHECK(locked.find(key_of(1)) == nullptr);
    CHECK_FALSE(done);
  }
  other.join();
  CHECK(done);
  CHECK(knows(table, 1));
}

TEST_CASE("two who lock several parts never wait for each other for ever") {
  KeyTable table(keys);
  const auto lock_often = [&table](std::uint32_t parts) {
    for (int i = 0; i < 20'000; ++i) {
      const KeyTable::Locked locked = table.lock(parts);
    }
  };
  std::thread one(lock_often, 0b1011u);
  std::thread two(lock_often, 0b0110u);
  lock_often(0b1101u);
  one.join();
  two.join();
}

TEST_CASE("at a start keys whose events are in the log are known, and others that should be are not") {
  AppendingFixture f;
  f.store(event_of("a"));
  const std::uint64_t stored_at = f.ledger().log.tail();
  f.store(keyed(1, "b"));
  const std::uint64_t end = f.ledger().log.tail();
  std::vector<storage::KeyEntry> file = empty_file();
  {
    KeyTable before(file);
    before.restore(f.ledger().log, 0, 0);
    note(before, 1, stored_at);
    note(before, 2, stored_at);  // another key's event
    note(before, 3, 0);          // an event without a key
    note(before, 4, end + 40);   // an event that got lost with the end of the log
  }
  KeyTable after(file);
  CHECK_FALSE(knows(after, 1));
  after.restore(f.ledger().log, 0, end);
  CHECK(knows(after, 1));
  CHECK_FALSE(knows(after, 2));
  CHECK_FALSE(knows(after, 3));
  CHECK_FALSE(knows(after, 4));
}

TEST_CASE("at a start keys that only the log has become known") {
  AppendingFixture f;
  f.store(keyed(1, "a", 2.5));
  f.store(event_of("b"));
  std::vector<storage::KeyEntry> file = empty_file();
  KeyTable table(file);
  table.restore(f.ledger().log, 0, f.ledger().log.tail());
  const KeyTable::Locked locked = table.lock(KeyTable::bit_of(key_of(1)));
  const storage::KeyEntry* const found = locked.find(key_of(1));
  REQUIRE(found != nullptr);
  CHECK(found->offset == 0);
  CHECK(found->fingerprint == fingerprint(f.ledger().log.hash_of("", "a"), 2.5));
  CHECK(found->unix_seconds == f.clock.unix_ms() / 1000);
}

TEST_CASE("at a start a key whose event was overwritten stays known") {
  AppendingFixture f;
  f.store(event_of("a"));
  std::vector<storage::KeyEntry> file = empty_file();
  {
    KeyTable before(file);
    before.restore(f.ledger().log, 0, 0);
    note(before, 1, 0);
  }
  KeyTable after(file);
  after.restore(f.ledger().log, 40, f.ledger().log.tail());
  CHECK(knows(after, 1));
}

TEST_CASE("a fingerprint tells events by their series and by their value") {
  CHECK(fingerprint(1, 2) == fingerprint(1, 2));
  CHECK(fingerprint(1, 2) != fingerprint(1, 3));
  CHECK(fingerprint(1, 2) != fingerprint(2, 2));
  CHECK(fingerprint(1, 0.0) != fingerprint(1, -0.0));
}

}  // namespace
}  // namespace oneshot::queue::test
