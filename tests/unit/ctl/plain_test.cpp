// SPDX-License-Identifier: MIT
#include "ctl/text/plain.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::ctl {
namespace {

TEST_CASE("what others said cannot do anything to a terminal, and keeps its quotes") {
  CHECK(plain("no \"x\" here") == "no \"x\" here");
  CHECK(plain("a\nb\x1b[2J\\\"") == R"(a\nb\x1B[2J\\")");
  CHECK(plain("ü\xff") == R"(ü\xFF)");
  CHECK(plain("0123456789", 5) == "01234…");
}

}  // namespace
}  // namespace oneshot::ctl
