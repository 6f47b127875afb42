// SPDX-License-Identifier: MIT
#include "json/doubled_key.hpp"

#include <doctest/doctest.h>

#include <string>

#include "json/parser.hpp"

using namespace oneshot::json;  // NOLINT(google-build-using-namespace)

namespace {

/// The doubled key of an object, or "" for none.
std::string doubled(const std::string& text) {
  Parser parser(1 << 20);
  const auto value = parser.parse(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  return std::string(doubled_key(*value).value_or(""));
}

std::string doubled_within(const std::string& text) {
  Parser parser(1 << 20);
  const auto value = parser.parse(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  return std::string(doubled_key_within(*value).value_or(""));
}

std::string object_of(int members, const std::string& last) {
  std::string text = "{";
  for (int i = 0; i < members; ++i) text += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ',';
  return text + '"' + last + "\":true}";
}

}  // namespace

TEST_CASE("a doubled key is found, however it is written") {
  CHECK(doubled(R"({"a":1,"b":2,"a":1})") == "a");
  CHECK(doubled(R"({"ab":1,"a\u0062":2})") == "ab");
  CHECK(doubled(R"({"a":null,"a":null})") == "a");
}

TEST_CASE("keys that differ are none") {
  CHECK(doubled("{}").empty());
  CHECK(doubled(R"({"a":1,"A":2,"a ":3,"":4})").empty());
  CHECK(doubled(R"({"a":{"b":1},"b":2})").empty());
  CHECK(doubled(R"(["a","a"])").empty());
}

TEST_CASE("doubled keys of objects of any size") {
  for (const int members : {1, 14, 15, 16, 17, 18, 300, 20000}) {
    CHECK(doubled(object_of(members, "key0")) == "key0");
    CHECK(doubled(object_of(members, "key" + std::to_string(members - 1))) == "key" + std::to_string(members - 1));
    CHECK(doubled(object_of(members, "other")).empty());
  }
}

TEST_CASE("a doubled key is found at every depth, in lists too") {
  CHECK(doubled_within(R"({"a":1,"b":2,"a":1})") == "a");
  CHECK(doubled_within(R"({"a":{"b":[1,{"c":1,"d":2,"c":3}]}})") == "c");
  CHECK(doubled_within(R"([[],[{"x":{}},{"y":1,"y":1}]])") == "y");
  CHECK(doubled_within(R"({"deep":)" + object_of(40, "key7") + '}') == "key7");
  CHECK(doubled_within(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})").empty());
  CHECK(doubled_within("7").empty());
  std::string nested;
  for (std::size_t i = 0; i + 1 < Parser::max_depth; ++i) nested += R"({"a":)";
  nested += R"({"b":1,"b":2})";
  CHECK(doubled_within(nested + std::string(Parser::max_depth - 1, '}')) == "b");
}
