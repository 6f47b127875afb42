// SPDX-License-Identifier: MIT
#include "queue/local/label_text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::queue {
namespace {

constexpr std::string_view labels = R"(a="1",msg="x,type=\"fake\",b",subtype="no",type="deploy")";

TEST_CASE("a label is found by its whole name") {
  CHECK(escaped_value_in(labels, "type=\"") == "deploy");
  CHECK(escaped_value_in(labels, "a=\"") == "1");
  CHECK(escaped_value_in(labels, "msg=\"") == R"(x,type=\"fake\",b)");
  CHECK_FALSE(escaped_value_in(labels, "b=\""));
  CHECK_FALSE(escaped_value_in(labels, "sg=\""));
  CHECK_FALSE(escaped_value_in("", "a=\""));
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
  CHECK_FALSE(escaped_value_in(odd, "type=\""));
  CHECK_FALSE(has_label(odd, label_text("type", ",x=")));
  CHECK(escaped_value_in(odd, "msg=\"") == ",type=");
  CHECK(escaped_value_in(odd, "y=\"") == "=\\\\");
  for (const std::string_view broken : {"a", "a=", "a=\"", "a=\"\\", ",", "\""})
    CHECK_FALSE(escaped_value_in(broken, "b=\""));
}

TEST_CASE("a value is escaped as in an exposition, and back") {
  const std::string value = "a\\b\"c\nd\\n";
  CHECK(label_text("x", value) == R"(x="a\\b\"c\nd\\n")");
  CHECK(unescaped(R"(a\\b\"c\nd\\n)") == value);
  CHECK(unescaped("\\") == "\\");
}

}  // namespace
}  // namespace oneshot::queue
