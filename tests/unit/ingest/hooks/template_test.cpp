// SPDX-License-Identifier: MIT
#include "ingest/hooks/template.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "unit/ingest/hooks/payload_rig.hpp"

namespace oneshot::ingest {
namespace {

const test::Request& sample() {
  static const test::Request request(
      R"({"a": "text", "n": 18446744073709551615, "f": 0.50, "neg": -7, "yes": true, "none": null, "empty": "",
          "ref": "refs/heads/Main", "deep": {"a/b": {"m~n": "found"}, "list": ["x", {"y": "z"}]}, "é": "é!",
          "": "nameless"})",
      {{"X-Event", "Push"}, {"x-event", "second"}, {"Bare", ""}});
  return request;
}

std::string fill(std::string_view text) {
  const auto parsed = Template::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error()));
  std::string out;
  parsed->append(out, sample().payload());
  return out;
}

std::string error_of(std::string_view text) {
  const auto parsed = Template::parse(text);
  return parsed ? "no error" : parsed.error();
}

}  // namespace

TEST_CASE("a template without holes is its text") {
  CHECK(fill("") == "");
  CHECK(fill("deploy") == "deploy");
  CHECK(fill("a } b") == "a } b");
  CHECK(fill("{{not a hole}") == "{not a hole}");
  CHECK(fill("{{{/a}}") == "{text}");
  CHECK(Template::parse("{{x")->is_fixed());
  CHECK_FALSE(Template::parse("{/a}")->is_fixed());
  CHECK(Template::parse("")->empty());
}

TEST_CASE("a hole is filled with a text, a number or a truth, exactly") {
  CHECK(fill("<{/a}>") == "<text>");
  CHECK(fill("{/n} {/f} {/neg} {/yes}") == "18446744073709551615 0.5 -7 true");
  CHECK(fill("{/deep/a~1b/m~0n}") == "found");
  CHECK(fill("{/deep/list/0}{/deep/list/1/y}") == "xz");
  CHECK(fill("{/é}") == "é!");
  CHECK(fill("{/}") == "nameless");
}

TEST_CASE("what is missing, null, an object or a list fills its hole with nothing") {
  for (const char* text : {"{/nothing}", "{/none}", "{/empty}", "{/deep}", "{/deep/list}", "{/deep/list/9}",
                           "{/deep/list/-}", "{/a/b}", "{header:Absent}", "{header:Bare}"}) {
    CAPTURE(text);
    CHECK(fill(text) == "");
  }
  CHECK(fill("x{/nothing}y") == "xy");
}

TEST_CASE("whether all holes were filled is told; of some side by side one is enough, and no hole is filled too") {
  const auto filled = [](std::string_view text) {
    std::string out;
    return Template::parse(text)->append(out, sample().payload());
  };
  CHECK(filled("fixed"));
  CHECK(filled(""));
  CHECK(filled("{/a} {/ref}"));
  CHECK(filled("{/nothing}{/a}"));
  CHECK(filled("{/a}{/nothing}"));
  CHECK(filled("x{/a}{/nothing}:{/nothing}{/ref}y"));
  CHECK_FALSE(filled("{/nothing}"));
  CHECK_FALSE(filled("{/nothing} {/a}"));
  CHECK_FALSE(filled("{/a} {/nothing}"));
  CHECK_FALSE(filled("{/a}{/nothing}-{/nothing}{/none}-{/a}"));
  CHECK_FALSE(filled("x{/nothing}y"));
  CHECK_FALSE(filled("{/nothing} {/none}"));
}

TEST_CASE("a header is found whatever the case of its name, the first of two") {
  CHECK(fill("{header:X-Event}") == "Push");
  CHECK(fill("{header:x-EVENT|lower}") == "push");
}

TEST_CASE("filters work one behind the other") {
  CHECK(fill("{/ref|strip:refs/heads/}") == "Main");
  CHECK(fill("{/ref|strip:refs/heads/|lower}") == "main");
  CHECK(fill("{/ref|lower|strip:refs/heads/m}") == "ain");
  CHECK(fill("{/ref|strip:heads/}") == "refs/heads/Main");
  CHECK(fill("Refs {/ref|strip:Refs}") == "Refs refs/heads/Main");
  CHECK(fill("{/a|strip:text}") == "");
}

TEST_CASE("of a list's element a pointer begins at the element, and body: at the body") {
  const test::Request request(R"({"name": "outer", "alerts": [{"name": "inner"}]})");
  std::string out;
  Template::parse("{/name} in {body:/name}")->append(out, request.payload("/alerts/0"));
  CHECK(out == "inner in outer");
}

TEST_CASE("a template that cannot be says where, and what is allowed") {
  struct Row {
    const char* text;
    const char* error;
  };
  for (const Row& row : {
           Row{"{/a", "character 1: no } closes this brace; a brace itself is written {{"},
           Row{"été {/a", "character 5: no } closes this brace; a brace itself is written {{"},
           Row{"{}", "character 2: nothing is named: write {/POINTER}, {body:/POINTER} or {header:NAME}"},
           Row{"x{|lower}", "character 3: nothing is named: write {/POINTER}, {body:/POINTER} or {header:NAME}"},
           Row{"{alerts}",
               "character 2: \"alerts\" is neither a JSON pointer such as /project/name, nor body:/POINTER, nor "
               "header:NAME"},
           Row{"{body:alerts}",
               "character 2: \"alerts\" is not a JSON pointer: a slash stands before each step, as in /project/name"},
           Row{"{/a~2}", "character 2: \"~2\" in a JSON pointer: ~0 stands for a tilde, ~1 for a slash in a key"},
           Row{"{/a~}", "character 2: \"~\" in a JSON pointer: ~0 stands for a tilde, ~1 for a slash in a key"},
           Row{"{header:}", "character 2: \"\" is not the name of a header, as in header:X-GitHub-Event"},
           Row{"{header:X Y}", "character 2: \"X Y\" is not the name of a header, as in header:X-GitHub-Event"},
           Row{"ok {/a|lowr}", "character 8: there is no filter \"lowr\": allowed are strip:TEXT and lower"},
           Row{"{/a|}", "character 5: there is no filter \"\": allowed are strip:TEXT and lower"},
           Row{"{/a|lower|strip:}", "character 11: strip needs a text to take away, as in strip:refs/heads/"},
           Row{"{/a|strip}", "character 5: strip needs a text to take away, as in strip:refs/heads/"},
       }) {
    CAPTURE(row.text);
    CHECK(error_of(row.text) == row.error);
  }
}

}  // namespace oneshot::ingest
