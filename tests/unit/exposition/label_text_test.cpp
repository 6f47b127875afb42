// SPDX-License-Identifier: MIT
#include "exposition/label_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace oneshot::exposition {
namespace {

constexpr std::string_view labels = R"(a="1",msg="x,type=\"fake\",b",subtype="no",type="deploy")";

TEST_CASE("a label's value is found by the label's whole name") {
  CHECK(find_label_value(labels, "type") == "deploy");
  CHECK(find_label_value(labels, "a") == "1");
  CHECK(find_label_value(labels, "msg") == R"(x,type=\"fake\",b)");
  CHECK_FALSE(find_label_value(labels, "b"));
  CHECK_FALSE(find_label_value(labels, "sg"));
  CHECK_FALSE(find_label_value(labels, "typ"));
  CHECK_FALSE(find_label_value("", "a"));
}

TEST_CASE("a label with its value is found whole, whatever other values look like") {
  CHECK(has_label(labels, label_text("type", "deploy")));
  CHECK(has_label(labels, label_text("a", "1")));
  CHECK_FALSE(has_label(labels, label_text("type", "dep")));
  CHECK_FALSE(has_label(labels, label_text("type", "fake")));
  CHECK_FALSE(has_label(labels, label_text("type", "no")));
  CHECK_FALSE(has_label(R"(type="a\"b")", label_text("type", "a")));
}

TEST_CASE("a value that looks like the begin of a label is none") {
  constexpr std::string_view odd = R"(msg=",type=",x="deploy",y="=\\")";
  CHECK_FALSE(find_label_value(odd, "type"));
  CHECK_FALSE(has_label(odd, label_text("type", ",x=")));
  CHECK(find_label_value(odd, "msg") == ",type=");
  CHECK(find_label_value(odd, "y") == "=\\\\");
}

TEST_CASE("in what is no label set nothing is found") {
  for (const std::string_view broken : {"a", "a=", "a=\"", "a=\"\\", ",", "\""}) {
    CAPTURE(broken);
    CHECK_FALSE(find_label_value(broken, "b"));
    CHECK_FALSE(has_label(broken, label_text("b", "")));
  }
}

TEST_CASE("a label is written with its value escaped, unless that is escaped already") {
  CHECK(label_text("x", "a\\b\"c\nd") == R"(x="a\\b\"c\nd")");
  std::string text = "{";
  append_label(text, "x", "say \"hi\"");
  append_escaped_label(text, "y", R"(say \"hi\")");
  CHECK(text == R"({x="say \"hi\""y="say \"hi\"")");
}

}  // namespace
}  // namespace oneshot::exposition
