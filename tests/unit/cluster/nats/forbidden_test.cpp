// SPDX-License-Identifier: MIT
#include "cluster/nats/forbidden.hpp"

#include <doctest/doctest.h>

namespace oneshot::cluster {
namespace {

TEST_CASE("what the engine forbids is read out of its error") {
  const auto publish = forbidden_in("Permissions Violation for Publish to \"oneshot.x.log.e\"");
  REQUIRE(publish);
  CHECK(publish->publishes);
  CHECK(publish->subject == "oneshot.x.log.e");
  CHECK(in_words(*publish).find("publish to \"oneshot.x.log.e\": give that user all rights") != std::string::npos);
  const auto subscribe = forbidden_in("nats: permissions Violation for Subscription to \"_INBOX.1\" using queue \"q\"");
  REQUIRE(subscribe);
  CHECK_FALSE(subscribe->publishes);
  CHECK(subscribe->subject == "_INBOX.1");
}

TEST_CASE("another error forbids nothing") {
  CHECK_FALSE(forbidden_in("Authorization Violation"));
  CHECK_FALSE(forbidden_in(""));
}

}  // namespace
}  // namespace oneshot::cluster
