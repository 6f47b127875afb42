// SPDX-License-Identifier: MIT
#include "storage/checked_word.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>

using oneshot::storage::CheckedWord;

TEST_CASE("a position comes back as it was written, with its flag") {
  for (const std::uint64_t offset :
       std::initializer_list<std::uint64_t>{0, 8, 4096, std::uint64_t{1} << 55, CheckedWord::none}) {
    for (const bool flag : {false, true}) {
      const CheckedWord word{.offset = offset, .flag = flag};
      const auto decoded = CheckedWord::decode(word.encode(1, 2), 1, 2);
      REQUIRE(decoded.has_value());
      CHECK(decoded->offset == offset);
      CHECK(decoded->flag == flag);
    }
  }
}

TEST_CASE("a word with one or two bits changed is never taken for whole") {
  for (std::uint64_t offset = 0; offset < 800; offset += 8) {
    const std::uint64_t word = CheckedWord{.offset = offset * 12'345'677}.encode(7, 128);
    for (int one = 0; one < 64; ++one) {
      for (int other = 0; other < 64; ++other) {
        const std::uint64_t changed = word ^ std::uint64_t{1} << one ^ (one == other ? 0 : std::uint64_t{1} << other);
        CHECK_FALSE(CheckedWord::decode(changed, 7, 128).has_value());
      }
    }
  }
}

TEST_CASE("the word of another file, or of another place, and zeros are hardly ever taken for whole") {
  int taken = 0;
  for (std::uint64_t offset = 0; offset < 80000; offset += 8) {
    const std::uint64_t word = CheckedWord{.offset = offset}.encode(7, 128);
    if (CheckedWord::decode(word, 8, 128)) ++taken;
    if (CheckedWord::decode(word, 7, 136)) ++taken;
    if (CheckedWord::decode(0, offset, offset)) ++taken;
  }
  CHECK(taken < 2 * 30000 / 1024);
}
