// SPDX-License-Identifier: MIT
#include "queue/local/keys/key_part.hpp"

#include <algorithm>
#include <ctime>
#include <deque>
#include <random>
#include <vector>

#include "unit/queue/key_fixture.hpp"

using namespace oneshot::queue;
using namespace oneshot::queue::test;
using oneshot::storage::KeyEntry;

namespace {

struct Part {
  explicit Part(std::size_t entries) : ring(entries), index(KeyPart::index_size(entries)), keys(ring, index) {}
  /// As a start finds the ring.
  void start() {
    std::ranges::fill(index, 0);
    keys = KeyPart(ring, index);
    keys.take_in([](const KeyEntry&) { return true; });
  }
  std::vector<KeyEntry> ring;
  std::vector<std::uint32_t> index;
  KeyPart keys;
};

KeyEntry entry(std::uint64_t number, std::uint64_t offset) {
  return {.key = key_of(number), .offset = offset, .fingerprint = static_cast<std::uint32_t>(number)};
}

}  // namespace

TEST_CASE("a part knows its last keys, whatever their words are") {
  for (const std::uint64_t distance : {1u, 16u, 4096u}) {  // side by side, or equal in their last bits
    Part part(8);
    std::deque<std::uint64_t> known;
    for (std::uint64_t n = 0; n < 2000; ++n) {
      part.keys.note({.key = {.high = n * distance + 1, .low = n}, .offset = n * 8});
      known.push_back(n);
      if (known.size() > 8) known.pop_front();
      for (std::uint64_t k = n > 12 ? n - 12 : 0; k <= n; ++k) {
        const KeyEntry* const found = part.keys.find({.high = k * distance + 1, .low = k});
        CHECK((found != nullptr) == (std::ranges::find(known, k) != known.end()));
        if (found != nullptr) CHECK(found->offset == k * 8);
      }
    }
  }
}

TEST_CASE("keys that somebody chose with equal last bits cost no more than any others") {
  const auto cpu_of = [](std::uint64_t distance) {
    Part part(4096);
    const std::clock_t begin = std::clock();
    for (std::uint64_t n = 1; n < 3 * 4096; ++n)
      part.keys.note({.key = {.high = n * distance, .low = 16}, .offset = 8});
    return static_cast<double>(std::clock() - begin);
  };
  const double ordinary = cpu_of(0x9E3779B97F4A7C15);
  CHECK(cpu_of(65536) < 4 * ordinary + 0.005 * CLOCKS_PER_SEC);  // without a key some 100 times
}

TEST_CASE("a key that is noted again is there once") {
  Part part(8);
  std::mt19937 random(7);
  for (std::uint64_t n = 0; n < 5000; ++n) part.keys.note(entry(random() % 12, n * 8));
  for (std::uint64_t number = 0; number < 12; ++number) {
    const auto times = std::ranges::count(part.ring, key_of(number), &KeyEntry::key);
    CHECK(times <= 1);
    CHECK((part.keys.find(key_of(number)) != nullptr) == (times == 1));
  }
}

TEST_CASE("after a start the part knows the same keys, and the oldest leaves first as before") {
  for (std::uint64_t so_far = 0; so_far < 20; ++so_far) {
    CAPTURE(so_far);
    Part part(8);
    for (std::uint64_t n = 0; n < so_far; ++n) part.keys.note(entry(n, n * 8));
    part.start();
    for (std::uint64_t n = 0; n < so_far; ++n) CHECK((part.keys.find(key_of(n)) != nullptr) == (n + 8 >= so_far));
    part.keys.note(entry(100, so_far * 8));
    for (std::uint64_t n = 0; n < so_far; ++n) CHECK((part.keys.find(key_of(n)) != nullptr) == (n + 7 >= so_far));
  }
}

TEST_CASE("what a start does not keep is free") {
  Part part(8);
  for (std::uint64_t n = 0; n < 8; ++n) part.keys.note(entry(n, n * 8));
  std::ranges::fill(part.index, 0);
  part.keys = KeyPart(part.ring, part.index);
  part.keys.take_in([](const KeyEntry& one) { return one.offset % 16 == 0; });
  CHECK(std::ranges::count(part.ring, 0u, [](const KeyEntry& one) { return one.key.high; }) == 4);
  for (std::uint64_t n = 0; n < 8; ++n) CHECK((part.keys.find(key_of(n)) != nullptr) == (n % 2 == 0));
}

TEST_CASE("of an event that is older than all keys of a full part nobody knows whether it had one there") {
  Part part(8);
  CHECK(part.keys.may_have_had(0));
  for (std::uint64_t n = 1; n < 8; ++n) part.keys.note(entry(n, n * 8));
  CHECK(part.keys.may_have_had(0));  // there is room
  part.keys.note(entry(8, 64));
  CHECK_FALSE(part.keys.may_have_had(0));
  CHECK(part.keys.may_have_had(16));
}
