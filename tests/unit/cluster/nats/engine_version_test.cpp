// SPDX-License-Identifier: MIT
#include "cluster/nats/engine_version.hpp"

#include <doctest/doctest.h>

namespace oneshot::cluster {
namespace {

TEST_CASE("versions are compared by their numbers, not as texts") {
  CHECK(is_older("2.9.10", oldest_engine));
  CHECK(is_older("2.10.22", oldest_engine));
  CHECK(is_older("2.10.9-beta.1", oldest_engine));
  CHECK_FALSE(is_older("2.10.23", oldest_engine));
  CHECK_FALSE(is_older("2.10.27", oldest_engine));
  CHECK_FALSE(is_older("2.11.0-RC.1", oldest_engine));
  CHECK_FALSE(is_older("3.0.0", oldest_engine));
}

TEST_CASE("a node that does not answer is no reason to refuse an engine") {
  const auto told = check_engine_versions({"nats://127.0.0.1:1", "nats://[::1]:1", "not an address"});
  REQUIRE(told);
  CHECK(*told == 0);
}

}  // namespace
}  // namespace oneshot::cluster
