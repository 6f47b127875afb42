// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "unit/settings/parsed.hpp"

using namespace oneshot;
using settings::test::error;

TEST_CASE("all errors are reported, in the order of the file") {
  CHECK(error("[storage]\nsync = 1\n[events]\nmetric = 1\n[server]\nprot = -1") ==
        "c.toml:2: [storage] sync = 1: must be \"none\", \"interval\" or \"always\"\n"
        "c.toml:4: [events] metric = 1: must be a text in quotes\n"
        "c.toml:6: [server] prot: unknown key; did you mean \"port\"?");
  std::string many = "[server]\n";
  for (int i = 0; i < 30; ++i) many += "key" + std::to_string(i) + " = 1\n";
  const std::string errors = error(many);
  CHECK(std::ranges::count(errors, '\n') == 20);
  CHECK(errors.starts_with("c.toml:2: [server] key0: unknown key"));
  CHECK(errors.ends_with("\nc.toml: and 10 more"));
  CHECK(error("[storage]\nsync = 1\n[events]\nmetric = 1\n[server]\nport = -1").starts_with("c.toml:2: [storage]"));
  CHECK(error("[server]\nthreads = 1000\nport = 70000\nhots = \"x\"").starts_with("c.toml:2: [server] threads"));
  CHECK(error("[server]\nport = 70000\n[servre]\nx = 1").starts_with("c.toml:2: [server] port"));
  CHECK(error("server = {prot = 1, port = -1}").starts_with("c.toml:1: [server] prot"));
}
