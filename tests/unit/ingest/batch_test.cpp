// SPDX-License-Identifier: MIT
#include "ingest/batch.hpp"

#include <doctest/doctest.h>

#include <string>

using oneshot::event::Event;
using oneshot::ingest::Batch;

TEST_CASE("a batch keeps the texts of its events, however many and long they are") {
  Batch batch;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 2000; ++i) {
      const std::string labels = "a=\"" + std::string(i * 37 % 3000, static_cast<char>('a' + i % 26)) + '"';
      const std::string metric = i % 3 == 0 ? "m" + std::to_string(i) : "";
      batch.add({.labels = labels, .value = static_cast<double>(i), .metric = metric}, i + 5);
    }
    const std::string huge(200'000, 'x');
    batch.add({.labels = huge}, 1);
    REQUIRE(batch.events().size() == 2001);
    for (std::size_t i = 0; i < 2000; ++i) {
      const Event& event = batch.events()[i];
      REQUIRE(event.labels == "a=\"" + std::string(i * 37 % 3000, static_cast<char>('a' + i % 26)) + '"');
      REQUIRE(event.metric == (i % 3 == 0 ? "m" + std::to_string(i) : ""));
      REQUIRE(event.value == static_cast<double>(i));
      REQUIRE(batch.number_of(i) == i + 5);
    }
    CHECK(batch.events()[2000].labels == huge);
    batch.trim();
    CHECK(batch.events().empty());
  }
}

TEST_CASE("an event is taken out of a batch with its number") {
  Batch batch;
  for (const char* const labels : {"a", "b", "c"}) batch.add({.labels = labels}, static_cast<std::size_t>(*labels));
  batch.erase(1);
  REQUIRE(batch.events().size() == 2);
  CHECK(batch.events()[1].labels == "c");
  CHECK(batch.number_of(1) == 'c');
  batch.clear();
  CHECK(batch.events().empty());
}
