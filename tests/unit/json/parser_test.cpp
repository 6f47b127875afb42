// SPDX-License-Identifier: MIT
#include "json/parser.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace oneshot::json;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::size_t mib = 1 << 20;

/// What a fresh parser says about the text; "taken" where it is JSON.
std::string verdict(const std::string& text) {
  Parser parser(mib);
  const auto value = parser.parse(text);
  return value ? "taken" : value.error();
}

std::string nested(const std::string& open, const std::string& close, std::size_t levels, const std::string& inner) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += inner;
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

}  // namespace

TEST_CASE("what is no JSON is refused, in words") {
  const std::string missing = "a comma, colon, bracket or value is missing, or one too many is there";
  const std::string control = R"(a text has a raw control character: write a line end as \n)";
  const std::string escape = "a text has an escape that is none, or half of a surrogate pair";
  const std::string number = "a number is malformed or too large: put it into quotes";
  const std::string word = "a word is neither true nor false nor null: write a text in double quotes";
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"a":NaN})", "NaN is no JSON: put it into quotes"},
      {R"({"a":-Infinity})", "-Infinity is no JSON: put it into quotes"},
      {R"({"NaN":"None\"",  "a":True})", "True is no JSON: write true and false"},
      {R"([None])", "None is no JSON: write null, or leave the member out"},
      {R"({"a":nan})", word},
      {"", "it is empty"},
      {" \r\n\t", "it is empty"},
      {"\xef\xbb\xbf", "it is empty"},
      {"{\"a\":\"x\ny\"}", control},
      {std::string("{\"a\":\"x\0\"}", 10), control},
      {"{\"a\":\"x\x1f\"}", control},
      {R"({"a":"x)", "it ends inside a text"},
      {R"({"a":"x\)", "it ends inside a text"},
      {R"({"a":"\x"})", escape},
      {R"({"a":"\u12g4"})", escape},
      {R"({"a":"\ud800"})", escape},
      {R"({"a":"\udc00"})", escape},
      {R"({"a":"\ud800\ud800"})", escape},
      {R"({"\ud800":"x"})", escape},
      {"{\"a\":\"\xff\"}", "it is not valid UTF-8"},
      {"{\"a\":\"\xc0\x80\"}", "it is not valid UTF-8"},
      {"{\"a\":\"\xed\xa0\x80\"}", "it is not valid UTF-8"},
      {"{\"a\":\"\xf4\x90\x80\x80\"}", "it is not valid UTF-8"},
      {"{\"a\":tru}", word},
      {"{\"a\":falsey}", word},
      {"{\"a\":nul}", word},
      {"{\"value\":1e400}", number},
      {"{\"value\":-1e400}", number},
      {"{\"value\":01}", number},
      {"{\"value\":1.}", number},
      {"{\"value\":-}", number},
      {"{\"value\":1e}", number},
      {"{\"value\":0x10}", number},
      {"{\"v\":" + std::string(400, '9') + "}", number},
      {"{\"v\":1e" + std::string(1000, '9') + "}", number},
      {"{\"a\":\"x\",}", missing},
      {"[1,]", missing},
      {"[1 2]", missing},
      {"{\"a\" \"x\"}", missing},
      {"{a:1}", missing},
      {"{1:1}", missing},
      {"{'a':1}", missing},
      {"{\"a\":x}", missing},
      {"{\"a\":\"x\" /* c */}", missing},
      {"// c\n{}", missing + R"(: line 1, character 1, before "// c")"},
      {"{\"a\":+1}", missing},
      {"{\"a\":.5}", missing},
      {"{\"a\":Infinity}", "Infinity is no JSON: put it into quotes"},
      {"{\"a\":1", missing},
      {"{", missing},
      {"[", missing},
      {"}", missing},
      {"{]", missing},
      {"[{}", missing},
      {"x", missing},
      {"{\"a\":\"x\"} x", missing},
      {"{\"a\":\"x\"}{\"b\":\"y\"}", missing},
      {"{\"a\":\"x\"}\n{\"b\":\"y\"}", missing + R"(: line 2, character 1, before "{\"b\":\"y\"}")"},
      {"{},", missing},
      {std::string("{}\0", 3), missing},
      {"{}\xef\xbb\xbf", missing},
      {"\xef\xbb\xbf\xef\xbb\xbf{}", missing},
  };
  for (const auto& row : table) CHECK_MESSAGE(verdict(row.first) == row.second, row.first);
}

TEST_CASE("what is JSON is taken") {
  for (const std::string& text :
       {std::string("{}"), std::string("[]"), std::string(" {\"a\" : 1 }\r\n"), std::string("\xef\xbb\xbf{\"a\":1}"),
        std::string("\"\""), std::string("7"), std::string("-0.0e-0"), std::string("null"),
        std::string(R"({"a":"\ud83d\ude00"})"), std::string(R"({"a":"\uffff"})"),
        std::string("{\"a\":\"\xef\xbf\xbf\"}"), std::string(R"({"a":"x\u0000y"})"), std::string("{\"a\":\"\x7f\"}"),
        std::string(R"({"a":1,"a":2})"), std::string(R"({"":0})"), std::string("18446744073709551615"),
        std::string("-9223372036854775808"), std::string("1e-999")})
    CHECK_MESSAGE(verdict(text) == "taken", text);
}

TEST_CASE("a number that 64 bits cannot hold is refused, not rounded") {
  CHECK(verdict("18446744073709551616") == "a number is malformed or too large: put it into quotes");
  CHECK(verdict("-9223372036854775809") == "a number is malformed or too large: put it into quotes");
  CHECK(verdict("18446744073709551616.0") == "taken");
}

TEST_CASE("depth") {
  const std::string deeper = "it is nested deeper than 32 objects and lists";
  CHECK(verdict(nested("[", "]", 32, "1")) == "taken");
  CHECK(verdict(nested("[", "]", 33, "1")) == deeper);
  CHECK(verdict(nested("[", "]", 34, "")) == deeper);  // simdjson does not count an empty one
  CHECK(verdict(nested("{\"a\":", "}", 32, "1")) == "taken");
  CHECK(verdict(nested("{\"a\":", "}", 33, "1")) == deeper);
  CHECK(verdict(nested("[", "]", 100000, "1")) == deeper);
  CHECK(verdict(std::string(100000, '[')) != "taken");
  CHECK(verdict(nested("{\"a\":", "", 100000, "")) != "taken");
}

TEST_CASE("the limit of a text") {
  Parser parser(10);
  CHECK(parser.parse("\"12345678\"").has_value());
  const auto longer = parser.parse("\"123456789\"");
  REQUIRE(!longer.has_value());
  CHECK(longer.error() == "it is longer than 10 bytes");
  CHECK(parser.parse("1").has_value());
}

TEST_CASE("nothing behind the text is read as a part of it, whatever the buffer held") {
  Parser parser(mib);
  REQUIRE(parser.parse("[" + std::string(900, '7') + "e-999]").has_value());
  CHECK(parser.parse("1")->integer() == 1);
  CHECK(!parser.parse("[1").has_value());
  CHECK(!parser.parse("\"a").has_value());
  CHECK(parser.parse("12")->integer() == 12);
  CHECK(!parser.parse("tru").has_value());
}

// AddressSanitizer sees a byte read behind a text that ends with its memory.
TEST_CASE("a text that ends with its memory, at every size around the buffers' sizes") {
  Parser parser(mib);
  std::vector<std::size_t> sizes;
  for (std::size_t size = 2; size < 200; ++size) sizes.push_back(size);
  for (const std::size_t edge : {1024U, 2048U, 16384U, 65536U})
    for (std::size_t size = edge - 65; size <= edge + 65; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    const std::unique_ptr<char[]> memory(new char[size]);
    std::memset(memory.get(), 'x', size);
    memory[0] = '"';
    memory[size - 1] = '"';
    const auto value = parser.parse({memory.get(), size});
    REQUIRE(value.has_value());
    CHECK(value->text()->size() == size - 2);
    memory[size - 1] = 'x';  // never ends
    CHECK(!parser.parse({memory.get(), size}).has_value());
    memory[size - 1] = '\\';
    CHECK(!parser.parse({memory.get(), size}).has_value());
  }
}

TEST_CASE("a large text is taken, and its memory given back") {
  Parser parser(mib);
  const std::string large = '[' + std::string(mib - 2, ' ') + ']';
  for (int i = 0; i < 3; ++i) {
    CHECK(parser.parse(large).has_value());
    parser.trim();
    CHECK(parser.parse(R"({"a":1})")->member("a")->integer() == 1);
    parser.trim();
  }
  CHECK(!parser.parse(large + ' ').has_value());
}

TEST_CASE("a parser that refused a text reads the next one") {
  Parser parser(mib);
  for (const std::string& bad : {std::string("{"), std::string("\"\\ud800\""), nested("[", "]", 40, ""),
                                 std::string("\xff"), std::string(), std::string("1e999")}) {
    CHECK(!parser.parse(bad).has_value());
    CHECK(parser.parse("[1,2]")->elements().size() == 2);
  }
}

TEST_CASE("200,000 mutated texts: nothing is read out of bounds, and what is taken can be walked") {
  const std::vector<std::string> seeds = {
      R"({"type":"deploy","service":"checkout","ok":true,"n":12345678901234567890,"f":1.5e10,"x":null})",
      R"({"labels":{"a":"\u00e9\ud83d\ude00\n"},"value":-0.5,"time":"2026-11-26T00:00:00Z","id":"1"})",
      R"([[],{},[{"a":[1,2,[3]]}],"\\\"",-1,true,false,null])",
  };
  constexpr std::string_view special = "{}[]\":,\\u0e.-+tfn \n\xff\xed\x80";
  std::mt19937 random(15);
  Parser parser(mib);
  std::size_t taken = 0;
  std::size_t scalars = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string text = seeds[random() % seeds.size()];
    for (unsigned change = 1 + random() % 4; change > 0 && !text.empty(); --change) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = special[random() % special.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 5);
          break;
        case 2:
          text.insert(at, 1, special[random() % special.size()]);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 20));
      }
    }
    const auto value = parser.parse(text);
    if (!value) continue;
    ++taken;
    std::string out;
    for (const Member& member : value->members())
      if (member.value.append_scalar(out)) ++scalars;
    for (const Value& element : value->elements())
      if (element.append_scalar(out)) ++scalars;
  }
  CHECK(taken > 10000);
  CHECK(scalars > 10000);
}
