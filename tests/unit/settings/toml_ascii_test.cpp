// SPDX-License-Identifier: MIT
#include "settings/toml_guard.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot::settings;

namespace {

/// "line: what", or "fine".
std::string obstacle(std::string_view text) {
  const auto found = find_obstacle(text);
  return found ? std::to_string(found->line) + ": " + found->what : "fine";
}

const std::string one_line = "a text must be in one line, in \"\" or ''";

}  // namespace

TEST_CASE("nothing is wrong with texts in quotes and comments") {
  for (const char* const text : {"", "a = 1.5", "a = \"é\" # é", "a = 'é\\' # é", "a = \"\\\"é\\\\\" # é",
                                 "# '''\na = 1", "a = ''", "a = \"\" # \"\"\"", "a = \"it's é\"\nb = 'say \"é\"'"}) {
    CAPTURE(text);
    CHECK(obstacle(text) == "fine");
  }
  CHECK(obstacle("a = \"" + std::string(5000, '.') + "\" # " + std::string(5000, '.')) == "fine");
}

TEST_CASE("characters beyond ASCII are found behind quotes and comments") {
  for (const char* const text : {"\n\né", "# '\n\"é\"\né = 1", "\n\na = \"\\\\\"é", "\n\na = 'x\\'é'",
                                 "a = \"open\nb = 'open\né", "'a\\\n'b'\né", "\"a\\\n\"b\"\né"}) {
    CAPTURE(text);
    CHECK(obstacle(text) == "3: \"é\" may stand only in quotes and comments");
  }
  CHECK(obstacle("a = 1 \xEF\xBB\xBF").ends_with("may stand only in quotes and comments"));
}

TEST_CASE("texts over several lines are found") {
  CHECK(obstacle("\na = \"\"\"x\n\"\"\"") == "2: " + one_line);
  CHECK(obstacle("a = '''x'''") == "1: " + one_line);
}

TEST_CASE("a quote in the middle of a word is found") {
  CHECK(obstacle("a = 1979-05-2'7é'") == "1: a quote may not stand in the middle of a word");
  CHECK(obstacle("a = 1\nb\"c\" = 1") == "2: a quote may not stand in the middle of a word");
  CHECK(obstacle("a = 'b''c'") == "1: a quote may not stand in the middle of a word");
  CHECK(obstacle("'a'.\"b\"=\"c\"\nd=['e',\"f\"]\ng={'h'='i'}") == "fine");
}

TEST_CASE("a bracket in the middle of a word is found") {
  CHECK(obstacle("a = -[\"é\"]") == "1: a [ may not stand in the middle of a word");
  CHECK(obstacle("a = 1\nb = 5{'é' = 1}") == "2: a { may not stand in the middle of a word");
  CHECK(obstacle("[a]\n[[b]]\nc=[[1],[2, 3]]\nd={e=[{f=1}]}") == "fine");
}

TEST_CASE("a thousand dots are allowed") {
  CHECK(obstacle(std::string(1000, '.')) == "fine");
  CHECK(obstacle("\n" + std::string(1001, '.')) == "2: too many dots outside of quotes");
}
