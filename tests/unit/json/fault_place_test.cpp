// SPDX-License-Identifier: MIT
#include "json/fault_place.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "json/parser.hpp"

using oneshot::json::Parser;

namespace {

std::size_t first_fault(const std::string& text) { return oneshot::json::first_fault(text, Parser::max_depth); }
std::string place_of_fault(const std::string& text) { return oneshot::json::place_of_fault(text, Parser::max_depth); }

}  // namespace

TEST_CASE("what is JSON up to a byte is told up to that byte") {
  const std::vector<std::pair<std::string, std::string>> table = {
      // what is good, what comes behind it
      {R"({"a":1)", R"( "b":2})"},
      {R"({"a":1,)", "}"},
      {R"({"a")", "}"},
      {R"({"a":)", "}"},
      {R"([1,2)", "}"},
      {R"({"a":1} )", "}"},
      {R"({"a":1} )", "{}"},
      {"{", "a:1}"},
      {R"({"a":)", ""},
      {R"([1)", ""},
      {R"({"a":tru)", ""},
      {R"({"a":[true,)", "]"},
      {R"({"a":-1.5e+3)", "x"},
      {"[\"a\"", "1]"},
      {"[1.", "]"},
  };
  for (const auto& [good, rest] : table) {
    const std::string text = good + rest;
    CAPTURE(text);
    const std::size_t blanks = rest.starts_with(' ') ? 1 : 0;
    const std::size_t word = good.ends_with("tru") ? 3 : 0;  // a word is taken whole, or not at all
    CHECK(first_fault(text) == good.size() + blanks - word);
  }
  const std::string whole = R"( {"a": [1, -0.5, 1e9, "x\"\\ü", null, true, false, {}, []], "b": {"c": ""}} )";
  CHECK(first_fault(whole) == whole.size());
  CHECK(first_fault(std::string(100'000, '[')) == Parser::max_depth);
}

TEST_CASE("a text of several lines, or a long one, is told with the place; what one sees at a glance is not") {
  CHECK(place_of_fault("{\"a\":1 \"b\":2}").empty());
  CHECK(place_of_fault("{\n\"a\": 1e400\n}").empty());  // only the parser knows what is wrong
  CHECK(place_of_fault("{\n  \"type\": \"deploy\",\n  \"ä\": 1\n  \"b\": 2\n}\n") ==
        ": line 4, character 3, before \"\\\"b\\\": 2\"");
  CHECK(place_of_fault("{\n  \"a\": 1,\n  \"b\": 2\n") == ": line 4, character 1, where it ends");
  CHECK(place_of_fault("{\n\"ää\": 1 2}") == ": line 2, character 9, before \"2}\"");
  const std::string one_line = "{\"message\": \"" + std::string(80, 'x') + "\" \"b\": 2}";
  CHECK(place_of_fault(one_line) == ": character 96, before \"\\\"b\\\": 2}\"");
}

TEST_CASE("a parser names the place, and costs nothing where a text is good") {
  Parser parser(1024);
  const auto refused = parser.parse("{\n\"a\": 1\n\"b\": 2}");
  REQUIRE_FALSE(refused);
  CHECK(refused.error() ==
        "a comma, colon, bracket or value is missing, or one too many is there: line 3, character 1, before "
        "\"\\\"b\\\": 2}\"");
  CHECK(parser.parse("{\n\"a\": x}").error().find("line 2, character 6, before \"x}\"") != std::string::npos);
  CHECK(parser.parse("{\n\"a\": 1\n}").has_value());
}
