// SPDX-License-Identifier: MIT
#include "json/writer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "json/parser.hpp"

using namespace oneshot::json;  // NOLINT(google-build-using-namespace)

TEST_CASE("members and elements have their commas, however deep") {
  std::string text;
  Writer(text)
      .object()
      .member("a", 1)
      .member("b")
      .list()
      .value("x")
      .object()
      .end_object()
      .value(true)
      .null()
      .end_list()
      .member("c")
      .object()
      .member("d", -2)
      .end_object()
      .end_object();
  CHECK(text == R"({"a":1,"b":["x",{},true,null],"c":{"d":-2}})");
}

TEST_CASE("numbers keep every digit, and what JSON has no number for is a string") {
  std::string text;
  Writer(text)
      .list()
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(std::numeric_limits<std::int64_t>::min())
      .value(0.1)
      .value(1e22)
      .value(std::numeric_limits<double>::quiet_NaN())
      .value(-std::numeric_limits<double>::infinity())
      .end_list();
  CHECK(text == R"([18446744073709551615,-9223372036854775808,0.1,1e+22,"NaN","-Inf"])");
}

TEST_CASE("a string is valid JSON whatever its bytes are") {
  std::string text;
  Writer(text).value(std::string("\"\\\n\t\x01\x7F\0/ü€😀", 17));
  CHECK(text == R"("\"\\\n\t\u0001\u007f\u0000/ü€😀")");
  text.clear();
  Writer(text).value("a\xFFz\xC3");
  CHECK(text == "\"a\uFFFDz\uFFFD\"");
}

TEST_CASE("what is written is read again") {
  std::string bytes;
  for (int c = 0; c < 0x80; ++c) bytes += static_cast<char>(c);
  std::string text;
  Writer(text).value(bytes);
  Parser parser(1 << 20);
  const auto value = parser.parse(text);
  REQUIRE(value.has_value());
  std::string read;
  REQUIRE(value->append_scalar(read));
  CHECK(read == bytes);
}
