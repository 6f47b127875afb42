// SPDX-License-Identifier: MIT
#include "exposition/label_walk.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace oneshot;

namespace {

/// Each label as name:value:text, one behind the other.
std::string walk(std::string_view labels) {
  std::string seen;
  while (!labels.empty()) {
    const exposition::RenderedLabel label = exposition::take_label(labels);
    seen.append(label.name).append(":").append(label.value).append(":").append(label.text).append(";");
  }
  return seen;
}

}  // namespace

TEST_CASE("labels are taken one by one, with name, value and text") {
  CHECK(walk("").empty());
  CHECK(walk(R"(a="1")") == R"(a:1:a="1";)");
  CHECK(walk(R"(a="1",bc="2 3",d="")") == R"(a:1:a="1";bc:2 3:bc="2 3";d::d="";)");
}

TEST_CASE("a quote or a comma within a value does not end the label") {
  CHECK(walk(R"(a="x\"y",b="2")") == R"(a:x\"y:a="x\"y";b:2:b="2";)");
  CHECK(walk(R"(a="\\",b="2")") == R"(a:\\:a="\\";b:2:b="2";)");
  CHECK(walk(R"(a="\\\"",b="2")") == R"(a:\\\":a="\\\"";b:2:b="2";)");
  CHECK(walk(R"(a="1,b=2",c="3")") == R"(a:1,b=2:a="1,b=2";c:3:c="3";)");
}

TEST_CASE("what is no label set comes to an end") {
  for (const std::string_view text : {"a", "a=", "a=\"", "a=\"1", "=", "\"", ",,", "a=\"\\\""}) {
    CAPTURE(text);
    CHECK(walk(text).size() < 100);
  }
}
