// SPDX-License-Identifier: MIT
#include "settings/sources/toml_ascii.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot::settings;

namespace {

/// "line: what", or "fine".
std::string error(std::string_view text) {
  const auto ascii = ascii_only(text);
  return ascii ? "fine" : std::to_string(ascii.error().line) + ": " + ascii.error().what;
}

const std::string one_line = "a text must be in one line, in \"\" or ''";

}  // namespace

TEST_CASE("ASCII stays as it is") {
  for (const std::string text :
       {"", "a = \"b\"\r\n", "a = 'b\\\"' # c\x01", "a = \"\\\"\\u00e9\"", "a = \"open", "a = 'open"}) {
    CAPTURE(text);
    CHECK(ascii_only(text).value() == text);
  }
}

TEST_CASE("characters beyond ASCII become escapes in quotes and question marks in comments") {
  CHECK(ascii_only("a = \"é\uFDFB\U0010FFFF\"").value() == "a = \"\\U000000E9\\U0000FDFB\\U0010FFFF\"");
  CHECK(ascii_only("a = 'é\\ \"b\"\tc'").value() == "a = \"\\U000000E9\\\\ \\\"b\\\"\tc\"");
  CHECK(ascii_only("'é' = 'ü' # 'ß'\r\nb = 'c'").value() == "\"\\U000000E9\" = \"\\U000000FC\" # '?'\r\nb = 'c'");
  CHECK(ascii_only("a = 'é\nb = \"é\n").value() == "a = \"\\U000000E9\nb = \"\\U000000E9\n");  // toml++ complains
}

TEST_CASE("a backslash before a character beyond ASCII is no escape") {
  CHECK(error("\na = \"\\é\"") == "2: a backslash may not stand before \"é\"");
  CHECK(error("a = \"\\\\é\" # \\é") == "fine");
}

TEST_CASE("bytes that are not UTF-8 are found wherever they stand") {
  for (const char* const text : {"\n\xFF", "\n# \xC3", "\na = \"\xC3\"", "\na = \"\\\xFF\"", "\na = '\xED\xA0\x80'"}) {
    CAPTURE(text);
    CHECK(error(text).starts_with("2: "));
    CHECK(error(text).ends_with(" is not UTF-8"));
  }
}

TEST_CASE("nothing is wrong with texts in quotes and comments") {
  for (const char* const text : {"", "a = 1.5", "a = \"é\" # é", "a = 'é\\' # é", "a = \"\\\"é\\\\\" # é",
                                 "# '''\na = 1", "a = ''", "a = \"\" # \"\"\"", "a = \"it's é\"\nb = 'say \"é\"'"}) {
    CAPTURE(text);
    CHECK(error(text) == "fine");
  }
  CHECK(error("a = \"" + std::string(5000, '.') + "\" # " + std::string(5000, '.')) == "fine");
}

TEST_CASE("characters beyond ASCII are found behind quotes and comments") {
  for (const char* const text : {"\n\né", "# '\n\"é\"\né = 1", "\n\na = \"\\\\\"é", "\n\na = 'x\\'é'",
                                 "a = \"open\nb = 'open\né", "'a\\\n'b'\né", "\"a\\\n\"b\"\né"}) {
    CAPTURE(text);
    CHECK(error(text) == "3: \"é\" may stand only in quotes and comments");
  }
  CHECK(error("a = 1 \xEF\xBB\xBF").ends_with("may stand only in quotes and comments"));
}

TEST_CASE("texts over several lines are found") {
  CHECK(error("\na = \"\"\"x\n\"\"\"") == "2: " + one_line);
  CHECK(error("a = '''x'''") == "1: " + one_line);
}

TEST_CASE("a quote in the middle of a word is found") {
  CHECK(error("a = 1979-05-2'7é'") == "1: a quote may not stand in the middle of a word");
  CHECK(error("a = 1\nb\"c\" = 1") == "2: a quote may not stand in the middle of a word");
  CHECK(error("a = 'b''c'") == "1: a quote may not stand in the middle of a word");
  CHECK(error("'a'.\"b\"=\"c\"\nd=['e',\"f\"]\ng={'h'='i'}") == "fine");
}

TEST_CASE("a bracket in the middle of a word is found") {
  CHECK(error("a = -[\"é\"]") == "1: a [ may not stand in the middle of a word");
  CHECK(error("a = 1\nb = 5{'é' = 1}") == "2: a { may not stand in the middle of a word");
  CHECK(error("[a]\n[[b]]\nc=[[1],[2, 3]]\nd={e=[{f=1}]}") == "fine");
}

TEST_CASE("a thousand dots are allowed") {
  CHECK(error(std::string(1000, '.')) == "fine");
  CHECK(error("\n" + std::string(1001, '.')) == "2: too many dots outside of quotes");
}
