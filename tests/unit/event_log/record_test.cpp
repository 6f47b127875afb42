// SPDX-License-Identifier: MIT
#include "event_log/record.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "event_log/event_log.hpp"
#include "support/manual_clock.hpp"

namespace oneshot::event_log {
namespace {

constexpr std::uint64_t salt = 0xABCDEF0123456789;
constexpr event::IdempotencyKey some_key{.high = 0x1122334455667788, .low = 0x99AABBCCDDEEFF00};

/// All combinations of what an event may have.
std::vector<event::Event> combinations(std::string_view labels) {
  std::vector<event::Event> all;
  for (int bits = 0; bits < 16; ++bits) {
    event::Event event{.labels = labels, .value = 2.5, .value_given = (bits & 8) != 0};
    if ((bits & 1) != 0) event.metric = "deploys";
    if ((bits & 2) != 0) event.sent_unix_ms = -1'700'000'000'123;
    if ((bits & 4) != 0) event.key = some_key;
    all.push_back(event);
  }
  return all;
}

struct Log {
  oneshot::test::ManualClock clock;
  EventLog log{std::move(*Ring::in_memory(Ring::page_size())), {.salt = salt}, 1, clock, false};

  std::uint64_t append(const event::Event& event) {
    RecordId id;
    REQUIRE(log.append(0, event, id) == EventLog::Appended::stored);
    return id.offset;
  }
  Record& record(std::uint64_t offset) { return const_cast<Record&>(log.record_at(offset)); }
  bool is_whole(std::uint64_t offset) {
    const Record& record = this->record(offset);
    return record.checksum == record.right_checksum(salt, offset) && record.is_text_whole(Seed{salt});
  }
};

TEST_CASE("a record gives back all that its event had, in every combination") {
  for (const std::string_view labels : {"", "a=\"b\"", "service=\"checkout\",type=\"deploy\""}) {
    Log log;
    for (const event::Event& event : combinations(labels)) {
      const std::uint64_t offset = log.append(event);
      const StoredEvent stored = log.log.event_at(offset);
      CHECK(stored.labels == event.labels);
      CHECK(stored.value == event.value);
      CHECK(stored.value_given == event.value_given);
      CHECK(stored.metric == event.metric);
      CHECK(stored.sent_unix_ms == event.sent_unix_ms);
      CHECK(stored.key == event.key);
      CHECK(log.is_whole(offset));
    }
  }
}

TEST_CASE("a record without additions takes 32 bytes and its text, and each addition its own size") {
  Log log;
  const auto size = [&](const event::Event& event) { return log.record(log.append(event)).size(); };
  CHECK(size({.labels = ""}) == 32);
  CHECK(size({.labels = "12345678"}) == 40);
  CHECK(size({.labels = "12345678", .sent_unix_ms = 1}) == 48);
  CHECK(size({.labels = "12345678", .key = some_key}) == 56);
  CHECK(size({.labels = "12345678", .metric = "1234567"}) == 48);
  CHECK(size({.labels = "12345678", .metric = "1234567", .sent_unix_ms = 1, .key = some_key}) == 72);
}

TEST_CASE("damage of any bit of a record is noticed, in every combination") {
  for (const event::Event& event : combinations("a=\"b\",c=\"\"")) {
    Log log;
    const std::uint64_t offset = log.append(event);
    auto* const bytes = reinterpret_cast<unsigned char*>(&log.record(offset));
    const std::uint64_t extras = (event.key ? 16u : 0) + (event.sent_unix_ms ? 8u : 0);
    const std::uint64_t name = event.metric.empty() ? 0 : event.metric.size() + 1;
    const std::uint64_t used = sizeof(Record) + extras + name + event.labels.size();
    for (std::uint64_t bit = 0; bit < used * 8; ++bit) {
      CAPTURE(bit);
      const auto mask = static_cast<unsigned char>(1u << bit % 8);
      bytes[bit / 8] ^= mask;
      if (log.record(offset).size() < 2000) CHECK_FALSE(log.is_whole(offset));  // else recovery does not look further
      bytes[bit / 8] ^= mask;
    }
    CHECK(log.is_whole(offset));
  }
}

TEST_CASE("a record is whole at its place and in its file only") {
  Log log;
  for (const event::Event& event : combinations("a=\"b\"")) {
    const std::uint64_t offset = log.append(event);
    const Record& record = log.record(offset);
    CHECK(record.checksum != record.right_checksum(salt + 1, offset));
    CHECK(record.checksum != record.right_checksum(salt, offset + 8));
    CHECK(record.checksum != record.right_checksum(salt, offset + Ring::page_size()));
    CHECK_FALSE(record.is_text_whole(Seed{salt + 1}));
  }
}

TEST_CASE("series differ by name and by labels, and the name ends where it ends") {
  const Seed seed{salt};
  CHECK(series_hash("", "a", seed) == series_hash("", "a", seed));
  CHECK(series_hash("", "a", seed) != series_hash("a", "", seed));
  CHECK(series_hash("m", "a", seed) != series_hash("", "a", seed));
  CHECK(series_hash("m", "a", seed) != series_hash("n", "a", seed));
  CHECK(series_hash("m", "na", seed) != series_hash("mn", "a", seed));
  CHECK(series_hash("m", "a", seed) != series_hash("m", "a", Seed{salt + 1}));
}

TEST_CASE("a padding record has 29 bits of length, whatever flags of events are among them") {
  alignas(8) std::byte place[64] = {};
  for (std::uint64_t size = 8; size <= Record::max_padding; size = size < (1u << 28) ? size * 2 : size + (1u << 26)) {
    CAPTURE(size);
    write_padding_record(place, salt, 4096, size);
    const auto& record = *reinterpret_cast<const Record*>(place);
    CHECK(record.is_padding());
    CHECK(record.size() == size);
    CHECK(record.checksum == record.right_checksum(salt, 4096));
  }
  write_padding_record(place, salt, 4096, Record::max_padding);
  CHECK(reinterpret_cast<const Record*>(place)->size() == (1u << 29) - 8);
}

TEST_CASE("logs in memory have keys of their own") {
  oneshot::test::ManualClock clock;
  const auto hash = [&] {
    EventLog log(std::move(*Ring::in_memory(Ring::page_size())), {}, 1, clock, false);
    RecordId id;
    REQUIRE(log.append(0, {.labels = "a"}, id) == EventLog::Appended::stored);
    return log.event_at(id.offset).series_hash;
  };
  CHECK(hash() != hash());
}

}  // namespace
}  // namespace oneshot::event_log
