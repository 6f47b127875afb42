// SPDX-License-Identifier: MIT
#include "yaml/document.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::yaml {
namespace {

Node::Shared read(std::string_view text) {
  const auto document = parse_document(text, "p.yml");
  REQUIRE_MESSAGE(document, (document ? "" : document.error()));
  return *document;
}

std::string fault(std::string_view text) {
  const auto document = parse_document(text, "p.yml");
  return document ? "fine" : document.error();
}

TEST_CASE("tables, lists and texts come with the lines of their keys") {
  const Node::Shared root = read("a:\n  - x\n  - y: '1'\nb: 2\n");
  CHECK(root->member("a")->line == 1);
  REQUIRE(root->member("a")->elements.size() == 2);
  CHECK(root->member("a")->elements[1]->member("y")->line == 3);
  CHECK_FALSE(root->member("a")->elements[1]->member("y")->plain);
  CHECK(root->member("b")->text == "2");
  CHECK(root->member("b")->plain);
  CHECK(root->member("c") == nullptr);
  CHECK(root->member("b")->member("c") == nullptr);
}

TEST_CASE("an alias is the value that it names, at the line of its own key") {
  const Node::Shared root = read("a: &x {b: 1}\nc: *x\n");
  CHECK(root->member("c")->member("b")->text == "1");
  CHECK(root->member("c")->line == 2);
  CHECK(fault("a: *x") == "p.yml:1: the alias *x names nothing");
  CHECK(fault("a: &x [*x]") == "p.yml:1: the alias *x names nothing");
}

TEST_CASE("a merge brings members, which the table's own ones go before") {
  const Node::Shared root = read("x: &x {a: 1, b: 1}\ny: &y {c: 3}\nz:\n  <<: [*x, *y]\n  b: 2\n");
  const Node* const z = root->member("z");
  CHECK(z->member("a")->text == "1");
  CHECK(z->member("b")->text == "2");
  CHECK(z->member("c")->text == "3");
}

TEST_CASE("an empty text is an empty table") {
  CHECK(read("")->kind == Node::Kind::table);
  CHECK(read("# only a comment\n")->members.empty());
}

TEST_CASE("a nest that is too deep, and what is no YAML, are refused with the line") {
  CHECK(fault(std::string(65, '[') + std::string(65, ']')) == "p.yml:1: nested too deeply");
  CHECK(fault(std::string(64, '[') + std::string(64, ']')) == "fine");
  CHECK(fault("a: 1\nb: [2\n").starts_with("p.yml:3: not valid YAML: "));
}

TEST_CASE("names that name each other many times over cost no more than their text") {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  CHECK(read(text)->members.size() == 40);
}

}  // namespace
}  // namespace oneshot::yaml
