// SPDX-License-Identifier: MIT
#include "exposition/padding.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "support/exposition_parser.hpp"

using namespace oneshot;

TEST_CASE("padding is one comment line of exactly so many bytes, with nothing to see in it") {
  for (const std::size_t total : {std::size_t{2}, std::size_t{3}, std::size_t{80}, std::size_t{12 * 1024}}) {
    CAPTURE(total);
    std::string out = "m 1\n";
    exposition::append_comment_padding(out, total);
    REQUIRE(out.size() == 4 + total);
    const std::string line = out.substr(4);
    CHECK(line.front() == '#');
    CHECK(line.find_first_not_of(' ', 1) == total - 1);
    CHECK(line.back() == '\n');
    const auto parsed = test::parse_exposition(out);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error());
    CHECK(parsed->comments.size() == 1);
  }
}
