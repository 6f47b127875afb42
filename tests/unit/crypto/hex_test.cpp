// SPDX-License-Identifier: MIT
#include "crypto/hex.hpp"

#include <doctest/doctest.h>

using namespace oneshot;

TEST_CASE("every byte has two digits, and comes back from them") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string digits = crypto::to_hex(all);
  CHECK(digits.size() == 512);
  CHECK(digits.substr(0, 6) == "000102");
  CHECK(digits.substr(506) == "fdfeff");
  CHECK(crypto::from_hex(digits) == all);
  CHECK(crypto::from_hex("") == "");
}

TEST_CASE("digits may be large; anything else is no number") {
  CHECK(crypto::from_hex("AbfF") == "\xAB\xFF");
  for (const char* const bad : {"a", "abc", "0g", "g0", " 0", "0x", "-1", "a\xC3"}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::from_hex(bad));
  }
}
