// SPDX-License-Identifier: MIT
#include "yaml/events.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::yaml {
namespace {

/// One letter for each event, with its line and its texts.
std::string shown(std::string_view text) {
  Events events(text);
  std::string all;
  Event event;
  while (events.next(event)) {
    all += "sSdD*=[]{}"[static_cast<std::size_t>(event.kind)];
    all += std::to_string(event.line);
    all.append(event.text).append(event.plain ? "." : "").append(event.anchor).append(event.tag).push_back(' ');
    if (event.kind == Kind::stream_end) return all;
  }
  return all + "!" + std::to_string(events.error_line()) + std::string(events.error());
}

TEST_CASE("events come in order, with their lines, quotes, anchors and tags") {
  CHECK(shown("a: &x 'b'\nc:\n  - *x\n  - !t d\n") == "s1 d1 {1 =1a. =1bx =2c. [3 *3x =4d.!t ]5 }5 D5 S5 ");
}

TEST_CASE("an empty text has no document") { CHECK(shown("") == "s1 S1 "); }

TEST_CASE("what is no YAML is told with its line") {
  CHECK(shown("a: b\nc: [d\n").find("!3") != std::string::npos);
  CHECK(shown("a: \xff").find("!") != std::string::npos);
}

}  // namespace
}  // namespace oneshot::yaml
