// SPDX-License-Identifier: MIT
#include "access/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using oneshot::access::from_base64;

TEST_CASE("base64 gives what RFC 4648 says") {
  CHECK(from_base64("") == "");
  CHECK(from_base64("Zg==") == "f");
  CHECK(from_base64("Zm8=") == "fo");
  CHECK(from_base64("Zm9v") == "foo");
  CHECK(from_base64("Zm9vYg==") == "foob");
  CHECK(from_base64("Zm9vYmE=") == "fooba");
  CHECK(from_base64("Zm9vYmFy") == "foobar");
  CHECK(from_base64("AP//+/8=") == std::string("\0\xFF\xFF\xFB\xFF", 5));
}

TEST_CASE("a text is base64 in one way only") {
  // Groups that are not whole, padding that is not at the end or too much, other alphabets, blanks, bits that say
  // nothing.
  for (const char* const bad :
       {"Z",     "Zg",    "Zg=",  "Zm8",   "=",     "==",    "====", "Zg===", "Z===",           "Zg==Zg==",
        "Zm9=v", "Zm9v=", "Zm-_", " Zm9v", "Zm9v ", "Zm9\n", "Zh==", "Zm9=",  "Zm9v\xC3\xA4==", "Zm9vA==="}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad));
  }
  CHECK_FALSE(from_base64(std::string("Zm9\0", 4)));
}
