// SPDX-License-Identifier: MIT
#include "ctl/text/json_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "json/parser.hpp"

namespace oneshot::ctl {
namespace {

TEST_CASE("a text is valid JSON whatever its bytes are") {
  CHECK(json_text("a\"b\\c\n\x7f ü") == R"("a\"b\\c\n\u007f ü")");
  CHECK(json_text("\xff") == "\"\uFFFD\"");
}

TEST_CASE("a value that was read is written with the same meaning") {
  json::Parser parser(1000);
  const std::string text = R"({"a":[1,-2.5,true,null,"x\ny"],"b":{},"c":[]})";
  std::string out;
  append_json(out, parser.parse(text).value());
  CHECK(out == R"({"a":[1,-2.5,true,null,"x\ny"],"b":{},"c":[]})");
}

}  // namespace
}  // namespace oneshot::ctl
