// SPDX-License-Identifier: MIT
#include "access/verdict_cache.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace oneshot;
using namespace oneshot::access;

namespace {

crypto::Digest key(std::size_t number) { return crypto::Sha256().add(std::to_string(number)).finish(); }

}  // namespace

TEST_CASE("a verdict is known until it is forgotten, yes and no alike") {
  VerdictCache cache;
  const Client client;
  CHECK_FALSE(cache.find(key(1)));
  cache.put(key(1), &client);
  cache.put(key(2), nullptr);
  CHECK(cache.find(key(1)) == &client);
  REQUIRE(cache.find(key(2)));
  CHECK(*cache.find(key(2)) == nullptr);
  CHECK_FALSE(cache.find(crypto::Digest{}));  // a free place has no key
  cache.clear();
  CHECK_FALSE(cache.find(key(1)));
  CHECK_FALSE(cache.find(key(2)));
}

TEST_CASE("wrong ones take the places of wrong ones only, and right ones that of whoever was not seen for longest") {
  VerdictCache cache;
  const Client client;
  for (std::size_t i = 0; i < 10; ++i) cache.put(key(i), &client);
  for (std::size_t i = 1000; i < 3000; ++i) cache.put(key(i), nullptr);
  for (std::size_t i = 0; i < 10; ++i) CHECK(cache.find(key(i)) == &client);
  CHECK_FALSE(cache.find(key(1000)));
  CHECK(cache.find(key(2999)));

  for (std::size_t i = 100; i < 100 + VerdictCache::places - 10; ++i) cache.put(key(i), &client);
  CHECK_FALSE(cache.find(key(2999)));
  cache.put(key(5000), nullptr);
  CHECK_FALSE(cache.find(key(5000)));
  for (std::size_t i = 1; i < 10; ++i) CHECK(cache.find(key(i)));
  cache.put(key(6000), &client);
  CHECK_FALSE(cache.find(key(0)));
  CHECK(cache.find(key(1)));
}
