// SPDX-License-Identifier: MIT
#include "base/percent.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace oneshot;

namespace {

std::string decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  REQUIRE(append_percent_decoded(out, text, plus_is_blank));
  return out;
}

}  // namespace

TEST_CASE("escapes become their bytes, in either case") {
  CHECK(decoded("a%20b", false) == "a b");
  CHECK(decoded("%C3%bC", false) == "ü");
  CHECK(decoded("%25%32%30", false) == "%20");  // decoded once, not twice
  CHECK(decoded("%00", false) == std::string(1, '\0'));
  CHECK(decoded("plain", false) == "plain");
  CHECK(decoded("", false).empty());
}

TEST_CASE("encoded, a text has only bytes that mean nothing in a URL, and decoded it is the same") {
  std::string out = "q=";
  append_percent_encoded(out, "a-B.c_9~ /?#[]@!$&'()*+,;=%\"\n\xC3\xBC");
  CHECK(out == "q=a-B.c_9~%20%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%22%0A%C3%BC");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string encoded;
  append_percent_encoded(encoded, all);
  CHECK(decoded(encoded, true) == all);
}

TEST_CASE("the first escape that is none is found, with what stands behind its percent sign") {
  CHECK(first_bad_escape("a%20b%zz%y") == "%zz");
  CHECK(first_bad_escape("%4") == "%4");
  CHECK(first_bad_escape("a%") == "%");
  CHECK(first_bad_escape("%4g") == "%4g");
  CHECK(first_bad_escape("%%20") == "%%2");
  CHECK(first_bad_escape("%C3%a9+").empty());
  CHECK(first_bad_escape("").empty());
}

TEST_CASE("a plus is a blank only where asked") {
  CHECK(decoded("a+b%2B", true) == "a b+");
  CHECK(decoded("a+b%2B", false) == "a+b+");
}

TEST_CASE("a bad escape gives false and leaves the output as it was") {
  for (const char* const text : {"%", "%4", "ab%zz", "%4g", "%g4", "a%20%", "%%20", "%+1", "% 1", "%-1", "%0x"}) {
    CAPTURE(text);
    std::string out = "before";
    CHECK_FALSE(append_percent_decoded(out, text, true));
    CHECK(out == "before");
  }
}

TEST_CASE("decoding appends, and reuses the room that is there") {
  std::string out = "x=";
  out.reserve(64);
  const char* const storage = out.data();
  CHECK(append_percent_decoded(out, "%61%62c", false));
  CHECK(out == "x=abc");
  CHECK(out.data() == storage);
}

TEST_CASE("the escape that made a text bad is found, with what stands in the place of its digits") {
  CHECK(first_bad_escape("a%20b%zz%") == "%zz");
  CHECK(first_bad_escape("%41%4") == "%4");
  CHECK(first_bad_escape("100%") == "%");
  CHECK(first_bad_escape("%25%%25") == "%%2");
  CHECK(first_bad_escape("%4g") == "%4g");
  CHECK(first_bad_escape("%41%C3%bC").empty());
  CHECK(first_bad_escape("a+b").empty());
  CHECK(first_bad_escape("").empty());
}
