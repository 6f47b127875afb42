// SPDX-License-Identifier: MIT
#include "crypto/bcrypt.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot;

namespace {

// htpasswd -nbBC 4 x 'open sesame'
const std::string hash = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";

}  // namespace

TEST_CASE("bcrypt says yes to the password of a hash, whatever its prefix, and no to others") {
  CHECK(crypto::bcrypt_matches("open sesame", hash));
  for (const char* const wrong : {"", "open sesam", "open sesame ", "Open sesame"})
    CHECK_FALSE(crypto::bcrypt_matches(wrong, hash));
  for (const char letter : {'a', 'b'}) {
    std::string other = hash;
    other[2] = letter;
    CHECK(crypto::bcrypt_matches("open sesame", other));
  }
}

TEST_CASE("bits of the salt that say nothing change nothing") {
  std::string other = hash;
  other[28] = 'v';  // "u" and one of them
  CHECK(crypto::bcrypt_matches("open sesame", other));
}

TEST_CASE("only the first 72 bytes of a password count") {
  // htpasswd -nbBC 4 x "$(printf '%072d' 0)"
  const std::string zeros(72, '0');
  const std::string of_zeros = "$2y$04$abcdefghijklmnopqrstuunudcQMCHzGtJ3fquo8E01XZjS8VqqX.";
  CHECK(crypto::bcrypt_matches(zeros, of_zeros));
  CHECK(crypto::bcrypt_matches(zeros + "1", of_zeros));
  CHECK_FALSE(crypto::bcrypt_matches(zeros.substr(1), of_zeros));
}

TEST_CASE("a hash has a cost, and other texts have none") {
  CHECK(crypto::bcrypt_cost(hash) == 4);
  CHECK(crypto::bcrypt_cost("$2a$31$" + std::string(53, '.')) == 31);
  const std::string tail(53, 'a');
  for (const std::string& bad :
       {std::string(), std::string("x"), "$2x$10$" + tail, "$2$10$" + tail + "a", "$2y$03$" + tail, "$2y$32$" + tail,
        "$2y$1a$" + tail, "$2y$10$" + tail + "a", "$2y$10$" + tail.substr(1), "$2y$10$" + tail.substr(1) + "$",
        "$6$10$$" + tail, "$2y$10/" + tail, " 2y$10$" + tail, "$2y$10$" + std::string(52, 'a') + '\0'}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::bcrypt_cost(bad));
  }
}

TEST_CASE("each more of cost is twice as long") {
  CHECK(crypto::bcrypt_seconds(10) == doctest::Approx(0.07));
  CHECK(crypto::bcrypt_seconds(13) == doctest::Approx(0.56));
}
