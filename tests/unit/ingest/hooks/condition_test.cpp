// SPDX-License-Identifier: MIT
#include "ingest/hooks/condition.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/ingest/hooks/payload_rig.hpp"

namespace oneshot::ingest {
namespace {

const test::Request& sample() {
  static const test::Request request(R"({"action": "completed", "n": 3, "list": []})", {{"X-Event", "run"}});
  return request;
}

bool holds(std::string_view subject, std::vector<std::string> allowed) {
  auto condition = Condition::make(subject, std::move(allowed));
  REQUIRE_MESSAGE(condition.has_value(), (condition ? "" : condition.error()));
  return condition->holds(sample().payload());
}

}  // namespace

TEST_CASE("a condition holds if what is found is one of the texts") {
  CHECK(holds("/action", {"requested", "completed"}));
  CHECK_FALSE(holds("/action", {"complete", "completed "}));
  CHECK(holds("/n", {"3"}));
  CHECK(holds("header:x-event", {"run"}));
  CHECK(holds("body:/action", {"completed"}));
  CHECK(holds("{header:X-Event} {/action}", {"run completed"}));
  CHECK_FALSE(holds("{header:X-Event} {/action}", {"run", "completed"}));
}

TEST_CASE("what is missing reads as an empty text") {
  CHECK(holds("/absent", {""}));
  CHECK(holds("/list", {""}));
  CHECK_FALSE(holds("/absent", {"x"}));
}

TEST_CASE("a condition tells why it does not hold, with at most eight of the texts") {
  const auto short_one = Condition::make("/action", {"created", "published"});
  CHECK(short_one->explain(sample().payload()) == R"(/action is "completed"; when allows "created", "published")");
  const auto long_one = Condition::make("/action", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});
  CHECK(long_one->explain(sample().payload()) ==
        R"(/action is "completed"; when allows "1", "2", "3", "4", "5", "6", "7", "8", …)");
}

TEST_CASE("a condition that cannot be says why") {
  const auto error_of = [](std::string_view subject, std::vector<std::string> allowed) {
    const auto condition = Condition::make(subject, std::move(allowed));
    return condition ? "no error" : condition.error();
  };
  CHECK(error_of("action", {"x"}) ==
        "\"action\" is neither a JSON pointer such as /project/name, nor body:/POINTER, nor header:NAME");
  CHECK(error_of("{/action", {"x"}) == "character 1: no } closes this brace; a brace itself is written {{");
  CHECK(error_of("/action", {}) == "a list without a text would ignore every event");
}

}  // namespace oneshot::ingest
