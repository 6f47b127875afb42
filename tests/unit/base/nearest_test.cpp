// SPDX-License-Identifier: MIT
#include "base/nearest.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot;

TEST_CASE("the nearest word is the one with the fewest slips") {
  const std::vector<std::string_view> words = {"host", "port", "threads", "max_connections"};
  CHECK(nearest("prot", words) == "port");  // neighbours swapped
  CHECK(nearest("pot", words) == "port");
  CHECK(nearest("ports", words) == "port");
  CHECK(nearest("hort", words) == "host");  // as near to both: the first
  CHECK(nearest("THREADS", words) == "threads");
  CHECK(nearest("max-conections", words) == "max_connections");
}

TEST_CASE("a word that lacks its end is completed") {
  CHECK(nearest("idle_timeout", {"idle", "idle_timeout_seconds"}) == "idle_timeout_seconds");
  CHECK(nearest("idl", {"idle_timeout_seconds"}).empty());
}

TEST_CASE("nothing is suggested for what is like nothing") {
  const std::vector<std::string_view> words = {"host", "port"};
  CHECK(nearest("", words).empty());
  CHECK(nearest("xyz", words).empty());
  CHECK(nearest("tsop", words).empty());
  CHECK(nearest(std::string(1'000'000, 'p'), words).empty());
  CHECK(nearest("port", {}).empty());
}
