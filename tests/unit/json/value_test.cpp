// SPDX-License-Identifier: MIT
#include "json/value.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "json/parser.hpp"

using namespace oneshot::json;  // NOLINT(google-build-using-namespace)

namespace {

/// What append_scalar() makes of a text of JSON; "-" where there is no scalar.
std::string scalar(const std::string& text) {
  Parser parser(1 << 20);
  const auto value = parser.parse(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  std::string out = "<";
  if (!value->append_scalar(out)) {
    CHECK(out == "<");
    return "-";
  }
  return out.substr(1);
}

}  // namespace

TEST_CASE("scalars as text") {
  CHECK(scalar(R"("a\u00e9\n\"")") == "aé\n\"");
  CHECK(scalar(R"("")").empty());
  CHECK(scalar(R"("a\u0000b")") == std::string("a\0b", 3));
  CHECK(scalar("true") == "true");
  CHECK(scalar("false") == "false");
  CHECK(scalar("null") == "-");
  CHECK(scalar("{}") == "-");
  CHECK(scalar("[1]") == "-");
}

TEST_CASE("whole numbers keep all digits, others get their shortest form") {
  CHECK(scalar("0") == "0");
  CHECK(scalar("-0") == "0");
  CHECK(scalar("18446744073709551615") == "18446744073709551615");
  CHECK(scalar("9007199254740993") == "9007199254740993");
  CHECK(scalar("-9223372036854775808") == "-9223372036854775808");
  CHECK(scalar("1.50") == "1.5");
  CHECK(scalar("3.0") == "3");
  CHECK(scalar("-0.0") == "-0");
  CHECK(scalar("1e2") == "100");
  CHECK(scalar("100000.0") == "100000");
  CHECK(scalar("-1795000000.0") == "-1795000000");
  CHECK(scalar("1.8446744073709549568e19") == "18446744073709549568");
  CHECK(scalar("100000000000000000000.0") == "1e+20");
  CHECK(scalar("0.00001") == "1e-05");
  CHECK(scalar("123456.5") == "123456.5");
  CHECK(scalar("1E+22") == "1e+22");
  CHECK(scalar("0.1") == "0.1");
  CHECK(scalar("5e-324") == "5e-324");
  CHECK(scalar("1.7976931348623157e308") == "1.7976931348623157e+308");
}

TEST_CASE("a question that does not fit the kind has no answer") {
  Parser parser(1000);
  const Value text = *parser.parse(R"("7")");
  CHECK(text.kind() == Kind::text);
  CHECK(!text.number());
  CHECK(!text.integer());
  CHECK(!text.truth());
  CHECK(text.members().empty());
  CHECK(text.elements().empty());
  CHECK(!text.member("a"));
  CHECK(!text.at_pointer("/a"));
  const Value number = *parser.parse("7.5");
  CHECK(number.kind() == Kind::number);
  CHECK(number.number() == 7.5);
  CHECK(!number.integer());
  CHECK(!number.text());
  CHECK(parser.parse("18446744073709551615")->number() == 18446744073709551615.0);
  CHECK(!parser.parse("18446744073709551615")->integer());
  CHECK(parser.parse("false")->truth() == false);
  CHECK(parser.parse("false")->kind() == Kind::truth);
  CHECK(parser.parse("null")->kind() == Kind::null);
}

TEST_CASE("members come in the order of the text, doubled ones too") {
  Parser parser(1000);
  const Value object = *parser.parse(R"({"b":1,"a":[],"b":{"c":2},"":"x"})");
  std::string seen;
  for (const Member& member : object.members()) {
    seen += member.name;
    seen += ' ';
    seen += words_for(member.value.kind());
    seen += ", ";
  }
  CHECK(seen == "b a number, a a list, b an object,  a text, ");
  CHECK(object.member("b")->integer() == 1);
  CHECK(object.member("")->text() == "x");
  CHECK(!object.member("c"));
}

TEST_CASE("elements, of nested lists too") {
  Parser parser(1000);
  const Value list = *parser.parse(R"([1,[2,3,{"a":[4]}],[],"x"])");
  CHECK(list.kind() == Kind::list);
  CHECK(list.elements().size() == 4);
  std::vector<std::size_t> sizes;
  for (const Value& element : list.elements()) sizes.push_back(element.elements().size());
  CHECK(sizes == std::vector<std::size_t>{0, 3, 0, 0});
  CHECK(parser.parse("[]")->elements().empty());
}

TEST_CASE("pointers") {
  Parser parser(1000);
  const Value value = *parser.parse(R"({"a":{"b":[10,{"c/d":"e","f~g":true}]},"":5,"0":6})");
  CHECK(value.at_pointer("")->kind() == Kind::object);
  CHECK(value.at_pointer("/a/b/0")->integer() == 10);
  CHECK(value.at_pointer("/a/b/1/c~1d")->text() == "e");
  CHECK(value.at_pointer("/a/b/1/f~0g")->truth() == true);
  CHECK(value.at_pointer("/")->integer() == 5);
  CHECK(value.at_pointer("/0")->integer() == 6);
  for (const char* const none : {"a", "/b", "/a/b/2", "/a/b/-", "/a/b/01", "/a/b/", "/a/b/x", "/a/b/0/x", "/a~2", "/~",
                                 "/a/b/99999999999999999999999"})
    CHECK_MESSAGE(!value.at_pointer(none), none);
}
