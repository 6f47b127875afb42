// SPDX-License-Identifier: MIT
#include "queue/event_id.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>

#include "event_log/record_id.hpp"

namespace oneshot::queue {
namespace {

TEST_CASE("an id is 24 small hexadecimal digits, the place before the tag") {
  CHECK(EventId{.place = 0, .tag = 0}.text() == "000000000000000000000000");
  CHECK(EventId{.place = 0x0123456789abcd, .tag = 0xef01234567}.text() == "0123456789abcdef01234567");
  CHECK(EventId{.place = (std::uint64_t{1} << 56) - 1, .tag = (std::uint64_t{1} << 40) - 1}.text() ==
        "ffffffffffffffffffffffff");
  CHECK(EventId::of({.offset = 16, .tag = 10}).text() ==
        "0000000000000200000000"
        "0a");
}

TEST_CASE("what is written can be read again") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const EventId id{.place = random() >> 8, .tag = random() >> 24};
    CHECK(EventId::parse(id.text()) == id);
  }
}

TEST_CASE("what is no id is none") {
  for (const char* const text : {"", "0", "00000000000000000000000", "0000000000000000000000000",
                                 "00000000000000000000000A", "00000000000000000000000g", "0000000000000 0000000000",
                                 "0x0000000000000000000000", "-00000000000000000000000"}) {
    CAPTURE(text);
    CHECK_FALSE(EventId::parse(text));
  }
  CHECK(EventId{}.is_none());
}

TEST_CASE("a tag tells series and times apart") {
  using event_log::RecordId;
  CHECK(RecordId::tag_of(1, 1000) != RecordId::tag_of(2, 1000));
  CHECK(RecordId::tag_of(1, 1000) != RecordId::tag_of(1, 1001));
  CHECK(RecordId::tag_of(~std::uint64_t{0}, 1) < std::uint64_t{1} << RecordId::tag_bits);
}

}  // namespace
}  // namespace oneshot::queue
