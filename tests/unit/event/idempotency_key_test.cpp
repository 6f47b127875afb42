// SPDX-License-Identifier: MIT
#include "event/idempotency_key.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot;

namespace {

std::string text(std::string_view header) {
  const auto text = event::idempotency_key_text(header);
  return text ? std::string(*text) : std::string();
}

}  // namespace

TEST_CASE("quoted or bare it is the same text") {
  CHECK(text("8e03978e-40d5-43dd-bc93-6894a57f9324") == "8e03978e-40d5-43dd-bc93-6894a57f9324");
  CHECK(text("\"8e03978e\"") == "8e03978e");
  CHECK(text("x") == "x");
  CHECK(text("a\"b") == "a\"b");
  CHECK(text("\"a\\\"b\\\\\"") == "a\\\"b\\\\");
  CHECK(text(std::string(255, 'k')) == std::string(255, 'k'));
  CHECK(text('"' + std::string(255, 'k') + '"') == std::string(255, 'k'));
}

TEST_CASE("what is no key is refused, with what may be one") {
  for (const std::string bad :
       {"", "\"\"", "\"", "a b", "\"a b\"", "\"a", "\"a\"b\"", "\"a\\\"", "a\tb", "k\xC3\xBC", "\"a\";b=1", "a\x7F"}) {
    CAPTURE(bad);
    const auto text = event::idempotency_key_text(bad);
    REQUIRE_FALSE(text);
    CHECK(text.error().reason == event::Reason::bad_key);
    CHECK(text.error().message.find("must be 1 to 255 visible characters, quoted or not") != std::string::npos);
  }
  CHECK_FALSE(event::idempotency_key_text(std::string(256, 'k')));
  CHECK_FALSE(event::idempotency_key_text('"' + std::string(256, 'k') + '"'));
}
