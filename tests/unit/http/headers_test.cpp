// SPDX-License-Identifier: MIT
#include "http/headers.hpp"

#include <doctest/doctest.h>

#include <array>

#include "http/parse/target.hpp"

namespace oneshot::http {

TEST_CASE("a header is found whatever its case, and the first of two counts") {
  const std::array<Header, 3> headers{{{"X-A", "1"}, {"x-a", "2"}, {"Empty", std::string_view("", 0)}}};
  Request request;
  request.headers = headers;
  CHECK(request.header("x-A") == "1");
  CHECK(request.header("empty").empty());
  CHECK(request.header("empty").data() != nullptr);
  CHECK(request.header("X").data() == nullptr);
}

TEST_CASE("a word is found in a list only as a whole") {
  CHECK(list_has("close", "close"));
  CHECK(list_has("keep-alive ,\tClose", "close"));
  CHECK(list_has(",,close,", "close"));
  CHECK_FALSE(list_has("closed, xclose", "close"));
  CHECK_FALSE(list_has("", "close"));
  CHECK_FALSE(list_has("a b", "b"));
}

TEST_CASE("headers of one name are one list") {
  const std::array<Header, 3> headers{{{"Connection", "TE"}, {"Other", "close"}, {"connection", "x, upgrade"}}};
  CHECK(list_has(headers, "Connection", "te"));
  CHECK(list_has(headers, "Connection", "upgrade"));
  CHECK_FALSE(list_has(headers, "Connection", "close"));
}

TEST_CASE("an authority is a name or an address and perhaps a port") {
  for (const auto* const good :
       {"", "h", "h:", "h:65535", "a.b-c_d~e", "a%20b", "10.0.0.7", "[::]", "[::ffff:1.2.3.4]:1"}) {
    CAPTURE(good);
    CHECK(is_authority(good));
  }
  for (const auto* const bad : {":1", "h:1x", "h:123456", "a b", "a/b", "a?b", "u@h", "::1", "[]", "[:]", "[::1",
                                "[::1]1", "[v1.x]", "a\\b", "a\"b", "\xc3\xa4"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_authority(bad));
  }
}

TEST_CASE("only what is not ASCII is percent-encoded, and only from the given place on") {
  std::string text = "\xc3\xa9|a\x80z\xff%41";
  percent_encode_non_ascii(text, 3);
  CHECK(text == "\xc3\xa9|a%80z%FF%41");
  std::string ascii = "a%20b";
  percent_encode_non_ascii(ascii, 0);
  CHECK(ascii == "a%20b");
}

}  // namespace oneshot::http
