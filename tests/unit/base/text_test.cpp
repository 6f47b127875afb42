// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <iomanip>  // whose std::quoted() must not be taken
#include <limits>
#include <string>
#include <string_view>

using namespace oneshot;

TEST_CASE("quotes are ours for every kind of text, whatever the standard library has of that name") {
  std::string text = "a";
  const std::string fixed = "b";
  CHECK("is " + quoted(text) == R"(is "a")");
  CHECK("is " + quoted(fixed) == R"(is "b")");
  CHECK("is " + quoted("c") == R"(is "c")");
  CHECK("is " + quoted(std::string_view("d")) == R"(is "d")");
  CHECK("is " + quoted(std::string("e\n")) == R"(is "e\n")");
}

TEST_CASE("case is ignored for ASCII letters only") {
  CHECK(equals_ignoring_case("Content-TYPE", "content-type"));
  CHECK(equals_ignoring_case("", ""));
  CHECK_FALSE(equals_ignoring_case("host", "hos"));
  CHECK_FALSE(equals_ignoring_case("@", "`"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));
  CHECK_FALSE(equals_ignoring_case("\xC3\x84", "\xC3\xA4"));  // Ä, ä
  CHECK(to_lower("LOG_Level Ä") == "log_level Ä");
}

TEST_CASE("spaces and tabs are trimmed, other blanks are not") {
  CHECK(trim_blanks(" \t a b\t ") == "a b");
  CHECK(trim_blanks("ab") == "ab");
  CHECK(trim_blanks(" \t").empty());
  CHECK(trim_blanks("").empty());
  CHECK(trim_blanks("\r\n a\v") == "\r\n a\v");
}

TEST_CASE("a client's bytes become printable text in one line") {
  CHECK(printable("a-b") == "a-b");
  CHECK(printable("say \"hi\" \\o/") == R"(say \"hi\" \\o/)");
  CHECK(printable("two\nlines\tand\r") == R"(two\nlines\tand\x0D)");
  CHECK(printable(std::string_view("\0\x1B[31m\x7F", 7)) == R"(\x00\x1B[31m\x7F)");
  CHECK(printable("Grüße, 世界 🎉") == "Grüße, 世界 🎉");
  CHECK(printable("\xFF\xC3(\xE4\xB8") == R"(\xFF\xC3(\xE4\xB8)");
  CHECK(printable("\xC2\x9B[31m") == R"(\xC2\x9B[31m)");  // a C1 control sequence introducer
  CHECK(printable("a\xE2\x80\xAE"
                  "b") == R"(a\xE2\x80\xAEb)");  // right-to-left override
  CHECK(printable("\xE2\x80\xA6\xC3\xA4\xE2\x82\xAC") == "\xE2\x80\xA6\xC3\xA4\xE2\x82\xAC");
  CHECK(printable("\xC2\xA0") == "\xC2\xA0");
}

TEST_CASE("printable text is cut between characters and escapes") {
  CHECK(printable("abcdef", 6) == "abcdef");
  CHECK(printable("abcdefg", 6) == "abcdef…");
  CHECK(printable("abcdeü", 6) == "abcde…");
  CHECK(printable("abc\x01", 6) == "abc…");
  CHECK(printable("x", 0) == "…");
  CHECK(printable("", 0).empty());
}

TEST_CASE("numbers are appended in decimal digits") {
  std::string out = "n=";
  append_unsigned(out, std::numeric_limits<std::uint64_t>::max());
  CHECK(out == "n=18446744073709551615");
  out.clear();
  append_signed(out, std::numeric_limits<std::int64_t>::min());
  CHECK(out == "-9223372036854775808");
  out.clear();
  append_padded(out, 7, 3);
  append_padded(out, 1234, 3);
  append_padded(out, 0, 2);
  append_padded(out, 0, 0);
  CHECK(out == "0071234000");
}

TEST_CASE("lines are taken off a text one after the other, whether or not the last one has an end") {
  std::string_view text = "a\n\nb\r\nc";
  CHECK(take_line(text) == "a");
  CHECK(take_line(text).empty());
  CHECK(take_line(text) == "b\r");
  CHECK(take_line(text) == "c");
  CHECK(text.empty());
  CHECK(take_line(text).empty());
}
