// SPDX-License-Identifier: MIT
#include "access/password_thread.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "constants.hpp"

using namespace oneshot;
using namespace oneshot::access;
using namespace oneshot::access::test;

namespace {

using Check = std::shared_ptr<PasswordThread::Check>;

PasswordQuestion question(const std::string& tried, std::uint64_t peer = 1, const char* hash = hash_of_cost_4) {
  return {crypto::Sha256().add(tried).finish(), tried, hash, peer};
}

bool answer(const Check& check) {
  std::promise<void> notified;
  check->ready().on_notify([&notified] { notified.set_value(); });
  notified.get_future().wait();
  return check->right();
}

/// Of a check that others wait for: a tenth of a second.
constexpr const char* slow_hash = "$2y$11$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK";
/// Of a check that does not end as long as the test does; nobody waits for it.
constexpr const char* endless_hash = "$2y$17$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK";

}  // namespace

TEST_CASE("a password is right or wrong") {
  PasswordThread thread;
  CHECK(answer(thread.ask(question(password))));
  CHECK_FALSE(answer(thread.ask(question("open sesam"))));
  CHECK_FALSE(answer(thread.ask(question(""))));
  CHECK(thread.waiting() == 0);
}

TEST_CASE("a peer has four places, all together have thirty-two") {
  PasswordThread thread;
  std::vector<Check> asked;
  for (std::uint64_t peer = 1; peer <= 8; ++peer)
    for (int i = 0; i < 4; ++i)
      asked.push_back(thread.ask(question(std::to_string(peer) + ' ' + std::to_string(i), peer, endless_hash)));
  for (const Check& one : asked) REQUIRE(one != nullptr);
  CHECK(thread.ask(question("one more", 1, endless_hash)) == nullptr);
  CHECK(thread.ask(question("of another peer", 9, endless_hash)) == nullptr);
}

TEST_CASE("equal questions share a place, whoever asks, and each has the answer") {
  PasswordThread thread;
  std::vector<Check> asked{thread.ask(question("in the way", 1, slow_hash))};
  for (std::uint64_t peer = 1; peer <= 100; ++peer) asked.push_back(thread.ask(question(password, peer)));
  CHECK(thread.waiting() <= 2);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    REQUIRE(asked[i] != nullptr);
    CHECK(answer(asked[i]));
  }
}

TEST_CASE("peers take turns: one that tries many passwords is in nobody's way for long") {
  PasswordThread thread;
  std::vector<Check> flood{thread.ask(question("first", 1, slow_hash))};
  for (int i = 0; i < 3; ++i) flood.push_back(thread.ask(question(std::to_string(i), 1, endless_hash)));
  const Check other = thread.ask(question(password, 2));
  CHECK(answer(other));
  CHECK_FALSE(flood[1]->ready().notified());
}

TEST_CASE("nobody waits for a check at the end") {
  std::vector<Check> left;
  {
    PasswordThread thread;
    for (int i = 0; i < 4; ++i) left.push_back(thread.ask(question(std::to_string(i), 1, endless_hash)));
  }
  CHECK_FALSE(left.back()->ready().notified());
}

TEST_CASE("two servers have different secrets") {
  const PasswordThread a;
  const PasswordThread b;
  CHECK_FALSE(a.secret() == b.secret());
}
