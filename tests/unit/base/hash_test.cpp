// SPDX-License-Identifier: MIT
#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <string>
#include <unordered_set>
#include <vector>

using namespace oneshot;

namespace {

constexpr Seed seed{0x0123456789ABCDEF};

std::uint64_t hash_bytes(std::string_view bytes) { return oneshot::hash_bytes(bytes, seed); }

}  // namespace

TEST_CASE("equal bytes have equal hashes wherever they stand in memory") {
  const std::string text = "events_to_metrics{service=\"checkout\",type=\"deploy\"}";
  for (std::size_t offset = 0; offset < 8; ++offset) {
    const std::string moved = std::string(offset, '#') + text;
    CHECK(::hash_bytes(std::string_view(moved).substr(offset)) == ::hash_bytes(text));
  }
}

TEST_CASE("similar texts and all lengths have different hashes") {
  std::unordered_set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (std::size_t length = 0; length < 64; ++length) {
    for (const char filler : {'\0', 'a', '\xFF'}) {
      if (length == 0 && filler != 'a') continue;
      seen.insert(::hash_bytes(std::string(length, filler)));
      ++texts;
    }
  }
  for (int i = 0; i < 100000; ++i) {
    seen.insert(::hash_bytes("events_to_metrics{seconds=\"" + std::to_string(i) + "\",type=\"test\"}"));
    ++texts;
  }
  CHECK(seen.size() == texts);
}

TEST_CASE("every bit of the text moves about half of the bits of the hash") {
  for (const std::size_t length : {1U, 7U, 8U, 9U, 16U, 31U, 40U, 100U}) {
    const std::string text(length, 'x');
    const auto before = ::hash_bytes(text);
    for (std::size_t bit = 0; bit < length * 8; ++bit) {
      std::string changed = text;
      changed[bit / 8] = static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
      const int moved = std::popcount(before ^ ::hash_bytes(changed));
      CAPTURE(length);
      CAPTURE(bit);
      CHECK(moved >= 10);
      CHECK(moved <= 54);
    }
  }
}

TEST_CASE("another key gives another hash, for every length") {
  for (std::size_t length = 0; length < 300; ++length) {
    CAPTURE(length);
    const std::string text(length, 'x');
    CHECK(oneshot::hash_bytes(text, Seed{1}) != oneshot::hash_bytes(text, Seed{2}));
  }
}

TEST_CASE("random keys differ, and none is 0") {
  const Seed one = random_seed();
  CHECK(one != Seed{0});
  CHECK(one != random_seed());
}

TEST_CASE("the low bits alone spread series evenly") {
  std::vector<int> buckets(256);
  for (int i = 0; i < 25600; ++i) ++buckets[::hash_bytes("m{n=\"" + std::to_string(i) + "\"} 1") % 256];
  for (const int in_bucket : buckets) {
    CHECK(in_bucket > 50);
    CHECK(in_bucket < 150);
  }
}
