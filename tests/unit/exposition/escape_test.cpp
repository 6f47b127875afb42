// SPDX-License-Identifier: MIT
#include "exposition/escape.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <string>

#include "support/exposition_parser.hpp"

using namespace oneshot;

namespace {

std::string label_value(std::string_view value) {
  std::string out = "before ";
  exposition::append_label_value(out, value);
  return out;
}

void check_plainness(std::string_view value) {
  CAPTURE(value);
  const bool ascii =
      std::all_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  CHECK(exposition::is_plain_label_value(value) == (ascii && label_value(value) == "before " + std::string(value)));
}

std::string help(std::string_view text) {
  std::string out = "before ";
  exposition::append_help(out, text);
  return out;
}

}  // namespace

TEST_CASE("a label value is plain if it stands as it is and is ASCII") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size <= 17; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string value(size, 'a');
        value[at] = static_cast<char>(byte);
        check_plainness(value);
      }
    }
  }
  check_plainness("");
}

TEST_CASE("a label value escapes backslash, quote and newline, and nothing else") {
  CHECK(label_value("") == "before ");
  CHECK(label_value("plain") == "before plain");
  CHECK(label_value("a\\b") == "before a\\\\b");
  CHECK(label_value("say \"hi\"") == "before say \\\"hi\\\"");
  CHECK(label_value("one\ntwo") == "before one\\ntwo");
  CHECK(label_value("\\n") == "before \\\\n");
  CHECK(label_value("ends in \\") == "before ends in \\\\");
  CHECK(label_value("\"\\\n\"") == "before \\\"\\\\\\n\\\"");
  CHECK(label_value("tab\tcr\r{},=# \x7f ü 日本") == "before tab\tcr\r{},=# \x7f ü 日本");
  CHECK(label_value(std::string_view("a\0b", 3)) == std::string("before a\0b", 10));
}

TEST_CASE("a label value without its escapes is what it was before") {
  CHECK(exposition::unescaped_label_value("").empty());
  CHECK(exposition::unescaped_label_value("plain") == "plain");
  CHECK(exposition::unescaped_label_value(R"(a\\b\"c\nd\\n)") == "a\\b\"c\nd\\n");
  CHECK(exposition::unescaped_label_value(R"(\\)") == "\\");
}

TEST_CASE("a backslash at the end, which no exposition has, stays") {
  CHECK(exposition::unescaped_label_value("\\") == "\\");
  CHECK(exposition::unescaped_label_value("a\\\\\\") == "a\\\\");
}

TEST_CASE("a help text escapes backslash and newline, but no quote") {
  CHECK(help("Say \"hi\".") == "before Say \"hi\".");
  CHECK(help("C:\\dir\nnext") == "before C:\\\\dir\\nnext");
}

TEST_CASE("any escaped label value reads back as it was") {
  constexpr std::array<const char*, 9> pieces = {"\\", "\"", "\n", "n", "a", "ü", "日", "}", "\t"};
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string value;
    const std::size_t length = random() % 12;
    for (std::size_t i = 0; i < length; ++i) value += pieces[random() % pieces.size()];
    if (random() % 8 == 0) value.push_back('\0');
    std::string line = "m{l=\"";
    exposition::append_label_value(line, value);
    line += "\"} 1\n";
    CAPTURE(line);
    const auto parsed = test::parse_exposition(line);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
    CHECK(parsed->families.at(0).samples.at(0).label("l") == value);
    CHECK(exposition::unescaped_label_value(exposition::escaped_label_value(value)) == value);
  }
}
