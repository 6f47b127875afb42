// SPDX-License-Identifier: MIT
#include "queue/local/making_room/contents.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "support/captured_log.hpp"
#include "unit/queue/appending_fixture.hpp"
#include "unit/queue/queue_fixture.hpp"

namespace oneshot::queue::test {
namespace {

std::uint64_t site(const char* address) { return Address::parse(address).value().site(); }

struct ContentsFixture : AppendingFixture {
  void fill(int events, std::string_view labels, const char* sender = "10.0.0.7") {
    for (; events > 0; --events) store(event_of(labels), site(sender));
  }
};

TEST_CASE("an empty log has no contents") {
  ContentsFixture f;
  const Contents contents = look_into(f.ledger());
  CHECK(contents.senders.empty());
  CHECK(contents.types.empty());
  CHECK(contents.sender_share == 0);
  CHECK(contents.type_share == 0);
}

TEST_CASE("senders and types are named by their share of the bytes, the greatest first") {
  ContentsFixture f;
  f.fill(1, R"(type="login")", "10.0.0.9");
  f.fill(3, R"(type="build")");
  const Contents contents = look_into(f.ledger());
  CHECK(contents.senders == "10.0.0.7 75%, 10.0.0.9 25%");
  CHECK(contents.types == "build 75%, login 25%");
  CHECK(contents.sender_share == doctest::Approx(0.75));
  CHECK(contents.type_share == doctest::Approx(0.75));
}

TEST_CASE("an event without a type goes by its metric, and without that by no name") {
  ContentsFixture f;
  for (int i = 0; i < 3; ++i) f.store({.labels = R"(subtype="no")", .metric = "deploys"});
  f.fill(1, R"(msg=",type=")");
  CHECK(look_into(f.ledger()).types == "deploys 77%, (no type) 22%");
}

TEST_CASE("at most three of each are named, and a long type is cut") {
  ContentsFixture f;
  for (const char* type : {"a", "b", "c", "d"}) f.fill(1, "type=\"" + std::string(type) + '"');
  f.fill(2, "type=\"" + std::string(500, 'x') + '"');
  const std::string types = look_into(f.ledger()).types;
  CHECK(types.starts_with(std::string(64, 'x') + ' '));
  CHECK(std::ranges::count(types, ',') == 2);
}

TEST_CASE("who fills the log stands in the log where events were lost, once a minute") {
  ContentsFixture f;
  f.fill(2, R"(type="deploy")");
  ContentsWatch watch(f.ledger());
  const oneshot::test::CapturedLog log;
  watch.tick(false);
  CHECK(log.count("who fills it") == 0);
  CHECK(f.ledger().type_share.load() == doctest::Approx(1));
  watch.tick(true);
  CHECK(log.count("senders=\"10.0.0.7 100%\"") == 1);
  f.clock.advance(59s);
  watch.tick(true);
  CHECK(log.count("who fills it") == 1);
  f.clock.advance(1s);
  watch.tick(true);
  CHECK(log.count("who fills it") == 2);
}

TEST_CASE("the shares are looked at every five seconds") {
  ContentsFixture f;
  ContentsWatch watch(f.ledger());
  watch.tick(false);
  f.fill(2, R"(type="deploy")");
  f.clock.advance(4s);
  watch.tick(false);
  CHECK(f.ledger().sender_share.load() == 0);
  f.clock.advance(1s);
  watch.tick(false);
  CHECK(f.ledger().sender_share.load() == doctest::Approx(1));
}

}  // namespace
}  // namespace oneshot::queue::test
