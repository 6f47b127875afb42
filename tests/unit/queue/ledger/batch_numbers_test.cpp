// SPDX-License-Identifier: MIT
#include "queue/local/ledger/batch_numbers.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace oneshot::queue {
namespace {

constexpr std::int64_t now_ms = 1'700'000'000'000;
constexpr std::uint64_t now = now_ms;

TEST_CASE("numbers begin at the time and grow by one") {
  BatchNumbers numbers(now_ms);
  CHECK(numbers.next() == now + 1);
  CHECK(numbers.next() == now + 2);
  CHECK(numbers.last() == now + 2);
}

TEST_CASE("a clock before 1970 gives numbers all the same") {
  BatchNumbers numbers(-5);
  CHECK(numbers.next() == 1);
}

TEST_CASE("numbers are greater than those of the program before, whatever the clock says") {
  BatchNumbers numbers(now_ms);
  const std::uint64_t noted = now + 3600'000;  // by a clock that was an hour ahead
  numbers.restore(noted);
  CHECK(numbers.next() > noted + 999'999);  // that many may have been given out since
}

TEST_CASE("a number that was noted long ago holds nothing up") {
  BatchNumbers numbers(now_ms);
  numbers.restore(now - 3600'000 * 24);
  numbers.restore(0);  // a scraper without a number
  CHECK(numbers.next() == now + 1);
}

TEST_CASE("of several noted numbers the greatest counts") {
  BatchNumbers numbers(0);
  numbers.restore(5'000'000);
  numbers.restore(7'000'000);
  numbers.restore(6'000'000);
  CHECK(numbers.next() == 8'000'001);
}

TEST_CASE("each thousandth number is to be noted, and any that is noted counts for it") {
  BatchNumbers numbers(now_ms);
  CHECK(numbers.is_to_be_noted());  // none was
  numbers.note();
  CHECK(numbers.is_noted());
  for (int i = 0; i < 999; ++i) static_cast<void>(numbers.next());
  CHECK_FALSE(numbers.is_noted());
  CHECK_FALSE(numbers.is_to_be_noted());
  static_cast<void>(numbers.next());
  CHECK(numbers.is_to_be_noted());
  numbers.note();
  CHECK_FALSE(numbers.is_to_be_noted());
}

}  // namespace
}  // namespace oneshot::queue
