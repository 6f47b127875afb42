// SPDX-License-Identifier: MIT
#include "ctl/text/table.hpp"

#include <doctest/doctest.h>

namespace oneshot::ctl {
namespace {

TEST_CASE("columns are aligned by characters, numbers at the right, and no line ends in blanks") {
  Table table({"NAME", "COUNT", "NOTE"});
  table.add({"ä", "5", "x"});
  table.add({"longer name", "12345", ""});
  CHECK(table.text() ==
        "NAME         COUNT  NOTE\n"
        "ä                5  x\n"
        "longer name  12345\n");
}

TEST_CASE("a column with one word is no column of numbers") {
  Table table({"AGE"});
  table.add({"5"});
  table.add({"never"});
  CHECK(table.text() == "AGE\n5\nnever\n");
}

}  // namespace
}  // namespace oneshot::ctl
