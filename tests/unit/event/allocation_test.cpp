// SPDX-License-Identifier: MIT
// Counts what this test program allocates: events are taken in at a rate where each allocation shows, and batches are
// large.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "event/series_merger.hpp"
#include "unit/event/form.hpp"

namespace {
thread_local std::size_t allocations = 0;
thread_local std::size_t bytes = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  bytes += size;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace oneshot;

TEST_CASE("in the steady state the parser allocates nothing") {
  event::test::Form parser(16384);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "label" + std::to_string(i) + "=some+%22value%22&";
  const std::string small = "type=deploy&service=checkout&message=a+long+text+with+no+short+string+in+it";
  const std::string form = "user=somebody&value=42.4242424242424242424242424242";
  REQUIRE(parser.parse(many, form).has_value());

  // Names that are replaced, values that are cut.
  event::test::Form mending(16384);
  mending.builder.use({.label_names = event::LabelNames::replace,
                       .max_label_value_bytes = 16,
                       .long_values = event::LongValues::truncate});
  REQUIRE(mending.parse(many, form).has_value());
  const std::string odd = "app.kubernetes.io%2Fname=a+value+longer+than+the+limit&time=2026-11-26T10:30:00+01:00";
  REQUIRE(mending.parse(odd, small).has_value());

  const std::size_t before = allocations;
  bool all_taken = true;
  for (int round = 0; round < 100; ++round) {
    all_taken = parser.parse(small, form).has_value() && all_taken;
    all_taken = parser.parse(many, {}).has_value() && all_taken;
    all_taken = mending.parse(odd, small).has_value() && all_taken;
  }
  const std::size_t after = allocations;
  CHECK(all_taken);
  CHECK(after == before);
}

TEST_CASE("a million series are merged in less than 22 MiB, all of it asked for in advance") {
  constexpr std::uint32_t events = 1'000'000;
  event::SeriesMerger merger;
  const std::size_t before = bytes;
  merger.reserve(events);
  CHECK(merger.memory() <= 22u << 20);
  CHECK(bytes - before <= merger.memory());

  const std::size_t allocations_before = allocations;
  // Every hash is another one, so that no text is ever asked for.
  const auto no_labels = [](std::uint32_t) { return std::string_view("other"); };
  std::uint64_t hash = 0;
  for (std::uint32_t i = 0; i < events; ++i) {
    const event::SeriesMerger::Arrival one{1, false, event::Repeats::count};
    merger.add(i, hash += 0x9E3779B97F4A7C15u, std::string_view("a"), one, no_labels,
               [](std::uint32_t) { return 1.0; });
  }
  CHECK(merger.size() == events);
  CHECK(allocations == allocations_before);
}
