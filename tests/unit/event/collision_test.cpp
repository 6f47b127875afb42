// SPDX-License-Identifier: MIT
// The hash of 0.1.0 had no key, and its two lanes were bijections of each word: a client could solve one word so that
// it took back what another one did, and post any number of series with one hash. A scrape of 9,981 such events took
// 3.6 s instead of 0.02 s.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/hash.hpp"
#include "event/event_builder.hpp"
#include "event/form_parser.hpp"
#include "event/series_index.hpp"
#include "support/colliding_labels.hpp"

namespace oneshot::event {
namespace {

/// How many labels of other series are looked at while a batch of these is numbered.
std::uint64_t looks(const std::vector<std::string>& batch, const auto& hash) {
  SeriesIndex index;
  index.reserve(batch.size());
  std::uint64_t looks = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    index.add(static_cast<std::uint32_t>(i), hash(batch[i]), batch[i], [&](std::uint32_t where) {
      ++looks;
      return std::string_view(batch[where]);
    });
  }
  CHECK(index.size() == batch.size());
  return looks;
}

TEST_CASE("labels that collided without a key cost a scrape no more than any others") {
  const std::vector<std::string> hostile = oneshot::test::colliding_labels(9981);
  REQUIRE(hostile.size() == 9981);
  REQUIRE(hostile.front().size() == 36);
  const std::uint64_t before = looks(hostile, oneshot::test::hash_of_0_1_0);
  CHECK(before == 9981u * 9980 / 2);  // each with each: the generator does its work
  for (int i = 0; i < 8; ++i) {
    const Seed seed = random_seed();
    CHECK(looks(hostile, [seed](std::string_view text) { return hash_bytes(text, seed); }) < 100);
  }
}

TEST_CASE("the same labels are taken as events as they are") {
  EventBuilder builder(65536);
  FormParser parser(builder);
  for (const std::string& labels : oneshot::test::colliding_labels(100)) {
    const auto event = parser.parse(oneshot::test::form_of(labels), {});
    REQUIRE(event.has_value());
    CHECK(event->labels == labels);
  }
}

}  // namespace
}  // namespace oneshot::event
