// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <ios>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "storage/key_entries.hpp"
#include "unit/queue/storage_fixture.hpp"

namespace oneshot::queue::test {

/// Different for each number, and spread over all parts of the table as the hashes of keys are.
inline event::IdempotencyKey key_of(std::uint64_t number) {
  return {.high = number * 0x9E3779B97F4A7C15 + 1, .low = number};
}

inline event::Event keyed(std::uint64_t number, std::string_view labels, double value = 1) {
  return {.labels = labels, .value = value, .value_given = true, .key = key_of(number)};
}

/// As a kill leaves the file between the records and the notes.
inline void forget_keys(const StorageFixture& f) {
  const std::vector<char> nothing(storage::key_table_size(f.options.storage.idempotency_keys));
  std::fstream file(f.options.storage.path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(storage::format::key_table_offset));
  file.write(nothing.data(), static_cast<std::streamsize>(nothing.size()));
  REQUIRE(file.good());
}

}  // namespace oneshot::queue::test
