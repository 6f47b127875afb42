// SPDX-License-Identifier: MIT
#include "access/credentials.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot::access;

TEST_CASE("the scheme ends at the first blank, and blanks behind it say nothing") {
  CHECK(split_authorization("Bearer abc").scheme == "Bearer");
  CHECK(split_authorization("Bearer   abc").rest == "abc");
  CHECK(split_authorization("Bearer").scheme == "Bearer");
  CHECK(split_authorization("Bearer").rest.empty());
  CHECK(split_authorization("Bearer ").rest.empty());
  CHECK(split_authorization("").scheme.empty());
}

TEST_CASE("a token has the characters of RFC 6750, and its padding at the end") {
  for (const char* const good : {"a", "A.b-c_d~e+f/g", "abc=", "abc=="}) CHECK(is_token(good));
  for (const char* const bad : {"", "=", "a b", "a=b", "a,b", "a\"", "a:b", "\xC3\xA4", "a\t"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_token(bad));
  }
}

TEST_CASE("the first colon ends the user") {
  const auto read = read_basic("YTpiOmM=");  // a:b:c
  REQUIRE(read);
  CHECK(read->user == "a");
  CHECK(read->password == "b:c");
  CHECK(read_basic("Og==")->user.empty());  // ":"
  CHECK(read_basic("YTo=")->password.empty());
  CHECK(read_basic("w6Q6w6Q=")->user == "ä");
}

TEST_CASE("a text without a colon, or with a control character, is no user and password") {
  CHECK_FALSE(read_basic("YWI="));              // ab
  CHECK_FALSE(read_basic("YTpzZWNyZXQAeA=="));  // a:secret, NUL, x
  CHECK_FALSE(read_basic("AGE6Yg=="));          // NUL in the user
  CHECK_FALSE(read_basic("YTpiCg=="));          // a line end
  CHECK_FALSE(read_basic("YTpiCQ=="));          // a tab
  CHECK_FALSE(read_basic("YTpifw=="));          // DEL
  CHECK_FALSE(read_basic("a:b"));
  CHECK_FALSE(read_basic(""));
}

TEST_CASE("what is wiped is gone, also out of its memory") {
  std::string secret = "a secret that is too long for the text itself";
  const char* const bytes = secret.data();
  wipe(secret);
  CHECK(secret.empty());
  CHECK(bytes[2] == '\0');
}
