// SPDX-License-Identifier: MIT
#include "ingest/event_key.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace oneshot;

TEST_CASE("the key is the first half of SHA-256 over scope, NUL, id") {
  ingest::EventKeys keys;
  // printf '\0abc' | sha256sum
  const event::IdempotencyKey key = keys.of("", "abc");
  CHECK(key.high == 0x855540d2366e9f60);
  CHECK(key.low == 0x7c401f76fd5c8d18);
  CHECK(keys.of("", "abc") == key);
}

TEST_CASE("another id, another scope, another cut between the two: another key") {
  ingest::EventKeys keys;
  const event::IdempotencyKey key = keys.of("ci", "abc");
  for (const auto& other : {std::pair("ci", "abd"), std::pair("", "abc"), std::pair("c", "iabc"),
                            std::pair("cia", "bc"), std::pair("ci", "")}) {
    CAPTURE(other.first);
    CHECK_FALSE(keys.of(other.first, other.second) == key);
  }
}
