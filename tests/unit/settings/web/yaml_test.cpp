// SPDX-License-Identifier: MIT
#include "settings/web/yaml.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

namespace oneshot::settings {
namespace {

std::string fault(std::string_view text) {
  const auto parsed = parse_yaml(text, "w.yml");
  return parsed ? "fine" : parsed.error();
}

const Value& member(const Value& table, std::string_view name) {
  for (const Value::Member& one : std::get<Value::Table>(table.content))
    if (one.name == name) return one.value;
  FAIL(name);
  return table;
}

TEST_CASE("tables, lists and scalars come with their lines") {
  const Value read =
      parse_yaml("a:\n  b: [x, 'y']\n  # no value\n  c: true\nd: 12\ne: '12'\nf: |\n  two\n  lines\n", "w.yml").value();
  const Value& a = member(read, "a");
  CHECK(a.line == 1);
  const auto& list = std::get<Value::List>(member(a, "b").content);
  REQUIRE(list.size() == 2);
  CHECK(std::get<std::string>(list[1].content) == "y");
  CHECK(member(a, "c").line == 4);
  CHECK(std::get<bool>(member(a, "c").content));
  CHECK(std::get<std::int64_t>(member(read, "d").content) == 12);
  CHECK(std::get<std::string>(member(read, "e").content) == "12");
  CHECK(std::get<std::string>(member(read, "f").content) == "two\nlines\n");
}

TEST_CASE("an empty text is an empty table") {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "---\n...\n"}) {
    CAPTURE(text);
    const auto parsed = parse_yaml(text, "w.yml");
    REQUIRE(parsed.has_value());
    CHECK(std::get<Value::Table>(parsed->content).empty());
  }
}

TEST_CASE("what can say something else than it seems to is refused with its line") {
  CHECK(fault("a: 1\na: 2\n") == "w.yml:2: \"a\" stands twice");
  CHECK(fault("a: &x 1\n") == "w.yml:1: an anchor (&name) or a tag (!name) is not taken here");
  CHECK(fault("a: !!str 1\n") == "w.yml:1: an anchor (&name) or a tag (!name) is not taken here");
  CHECK(fault("a: 1\nb: *a\n") == "w.yml:2: an alias (*name) is not taken here");
  CHECK(fault("a: 1\n---\nb: 1\n") == "w.yml:2: a second document: there may be one");
  CHECK(fault("? [a]\n: 1\n") == "w.yml:1: a key must be a plain text");
  CHECK(fault("a:\n\tb: 1\n").starts_with("w.yml:2: not valid YAML: "));
  CHECK(fault("a: [1\n").starts_with("w.yml:2: not valid YAML: "));
  CHECK(fault("a: \xff\n").starts_with("w.yml:1: not valid YAML: "));
  CHECK(fault(std::string(100'000, '[')).ends_with("nested too deeply"));
}

}  // namespace
}  // namespace oneshot::settings
