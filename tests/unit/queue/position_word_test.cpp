// SPDX-License-Identifier: MIT
#include "queue/position_word.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>

using oneshot::queue::PositionWord;

TEST_CASE("a position comes back as it was written, with its flag") {
  for (const std::uint64_t position :
       std::initializer_list<std::uint64_t>{0, 8, 4096, std::uint64_t{1} << 55, PositionWord::none}) {
    for (const bool flag : {false, true}) {
      const PositionWord word{.position = position, .flag = flag};
      const auto decoded = PositionWord::decode(word.encode(1, 2), 1, 2);
      REQUIRE(decoded.has_value());
      CHECK(decoded->position == position);
      CHECK(decoded->flag == flag);
    }
  }
}

TEST_CASE("a word with one or two bits changed is never taken for whole") {
  for (std::uint64_t position = 0; position < 800; position += 8) {
    const std::uint64_t word = PositionWord{.position = position * 12'345'677}.encode(7, 128);
    for (int one = 0; one < 64; ++one) {
      for (int other = 0; other < 64; ++other) {
        const std::uint64_t changed = word ^ std::uint64_t{1} << one ^ (one == other ? 0 : std::uint64_t{1} << other);
        CHECK_FALSE(PositionWord::decode(changed, 7, 128).has_value());
      }
    }
  }
}

TEST_CASE("the word of another file, or of another place, and zeros are hardly ever taken for whole") {
  int taken = 0;
  for (std::uint64_t position = 0; position < 80000; position += 8) {
    const std::uint64_t word = PositionWord{.position = position}.encode(7, 128);
    if (PositionWord::decode(word, 8, 128)) ++taken;
    if (PositionWord::decode(word, 7, 136)) ++taken;
    if (PositionWord::decode(0, position, position)) ++taken;
  }
  CHECK(taken < 2 * 30000 / 1024);
}
