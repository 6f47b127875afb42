// SPDX-License-Identifier: MIT
// Parameters of which none is encoded are read in a shorter way, which must mean what the other one does.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "unit/event/form.hpp"

using namespace oneshot;

namespace {

constexpr std::size_t usual = 16384;

std::string read(const std::string& query, std::size_t max_event_bytes) {
  event::test::Form parser(max_event_bytes);
  const auto event = parser.parse(query, {});
  if (!event) return std::string(event::reason_name(event.error().reason)) + ": " + event.error().message;
  return std::string(event->labels) + " = " + std::to_string(event->value);
}

/// The parameter behind them, which comes out the same, makes the parser decode all of them.
void check_beside_an_encoded_one(const std::string& parameters, std::size_t max_event_bytes = usual) {
  CAPTURE(parameters);
  CAPTURE(max_event_bytes);
  CHECK(read(parameters + "&zz=A", max_event_bytes) == read(parameters + "&zz=%41", max_event_bytes));
}

}  // namespace

TEST_CASE("each byte of a name or a value means the same whether something beside is encoded or not") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    for (const std::string_view pad : {"", "a", "seventeen_letters", "_", "9"}) {
      const std::string text(pad);
      check_beside_an_encoded_one(one + text + "=x");
      check_beside_an_encoded_one(text + one + "=x");
      check_beside_an_encoded_one("n=" + one + text);
      check_beside_an_encoded_one("n=" + text + one);
      check_beside_an_encoded_one("b=1&a" + one + text + "=" + text + one + "&c=3");
      check_beside_an_encoded_one(one + text);
    }
  }
}

TEST_CASE("parameters of all kinds mean the same whether something beside is encoded or not") {
  for (const char* const parameters :
       {"",       "&",       "a",           "a=",      "=",           "=b",      "a=b",        "a=b=c",
        "a==",    "&&a=b&&", "a=b&a=c",     "a=b&a=b", "b=2&a=1&c=3", "value=5", "value=x",    "value=",
        "time=0", "time=x",  "timestamp=1", "ttl=1",   "values=1",    "__a=b",   "_a=b",       "_=b",
        "9a=b",   "a b=c",   "a.b=c",       "a=b;c=d", "a=\"",        "a=\\",    "a=\xc3\xa9", "\xc3\xa9=a",
        "a=\xff", "a=b&",    "a=b&c",       "a=b&c=\n"})
    check_beside_an_encoded_one(parameters);
}

TEST_CASE("limits are reached at the same byte whether something beside is encoded or not") {
  for (std::size_t limit = 0; limit < 32; ++limit) check_beside_an_encoded_one("name=value&other=one", limit);
}
