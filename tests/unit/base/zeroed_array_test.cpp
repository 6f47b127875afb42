// SPDX-License-Identifier: MIT
#include "base/zeroed_array.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

using oneshot::ZeroedArray;

TEST_CASE("all of an array is zero, also where its memory was another one's before") {
  for (const std::size_t size : {0U, 1U, 1000U, 524'287U, 524'288U, 2'000'003U}) {
    CAPTURE(size);
    for (int round = 0; round < 3; ++round) {
      ZeroedArray<std::uint32_t> array(size);
      REQUIRE(array.size() == size);
      std::uint32_t seen = 0;
      for (std::size_t i = 0; i < size; ++i) {
        seen |= array[i];
        array[i] = 0xFFFFFFFF;
      }
      CHECK(seen == 0);
    }
  }
}

TEST_CASE("an array keeps its numbers where it is moved, large or small") {
  for (const std::size_t size : {3U, 1'000'000U}) {
    ZeroedArray<double> array(size);
    array[size - 1] = 2.5;
    ZeroedArray<double> other(1);
    other = std::move(array);
    REQUIRE(other.size() == size);
    CHECK(other[size - 1] == 2.5);
  }
}

TEST_CASE("an array that no machine has room for is told by std::bad_alloc") {
  CHECK_THROWS_AS(ZeroedArray<double>(std::size_t{1} << 55), std::bad_alloc);
}
