// SPDX-License-Identifier: MIT
#include "http/coding/gunzip.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <string>

#include "support/gzip.hpp"

namespace oneshot::http {
namespace {

using test::gzip;

constexpr std::size_t limit = 64 * 1024;

std::string noise(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

/// The words of the error; "" where the text is the one that is wanted.
std::string verdict(std::string_view bytes, std::string_view wanted = {}) {
  std::string out = "what was there before";
  const auto done = gunzip(out, bytes, limit);
  if (!done) return std::string(words_for(done.error()));
  CHECK(out == wanted);
  return "";
}

TEST_CASE("what was compressed comes back, of every size up to the limit") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{16383},
                                 std::size_t{16384}, std::size_t{16385}, limit - 1, limit}) {
    const std::string text(size, 'a');
    CHECK(verdict(gzip(text), text).empty());
    const std::string random = noise(size);
    CHECK(verdict(gzip(random), random).empty());
  }
}

TEST_CASE("a body that unfolds to more is refused, and takes no more memory than the limit") {
  CHECK(verdict(gzip(std::string(limit + 1, 'a'))) == "it unfolds to more than is allowed");
  CHECK(verdict(gzip(noise(limit + 1))) == "it unfolds to more than is allowed");
  const std::string bomb = gzip(std::string(std::size_t{50} << 20, 'a'));
  CHECK(bomb.size() < 300'000);
  std::string out;
  CHECK(!gunzip(out, bomb, limit).has_value());
  CHECK(out.capacity() <= 2 * limit);
  const std::string half = gzip(std::string(limit / 2 + 1, 'a'));
  CHECK(verdict(half + half) == "it unfolds to more than is allowed");
}

TEST_CASE("several members are one text") { CHECK(verdict(gzip("a=1") + gzip("&b=2") + gzip(""), "a=1&b=2").empty()); }

TEST_CASE("a damaged body is refused, wherever the damage is") {
  const std::string text = noise(3000) + std::string(3000, 'a');
  const std::string whole = gzip(text);
  for (std::size_t size = 1; size < whole.size(); ++size)
    CHECK_MESSAGE(verdict(whole.substr(0, size)) == "it ends too early", size);
  CHECK(verdict("") == "it ends too early");
  CHECK(verdict("{\"a\":1}") == "it is no gzip");
  CHECK(verdict(std::string("\x1f\x8c\x08", 3)) == "it is no gzip");
  CHECK(verdict(std::string("\x1f\x8b\x07\0\0\0\0\0\0\3x", 11)) == "it is damaged");
  for (const std::size_t behind_the_text : {std::size_t{8}, std::size_t{1}}) {  // checksum, length
    std::string damaged = whole;
    damaged[whole.size() - behind_the_text] ^= 1;
    CHECK(verdict(damaged) == "it is damaged");
  }
}

TEST_CASE("something behind the last member is refused") {
  const std::string whole = gzip("a=1");
  CHECK(verdict(whole + "x") == "something stands behind its end");
  CHECK(verdict(whole + std::string(512, '\0')) == "something stands behind its end");
  CHECK(verdict(whole + "\x1f\x8b") == "it ends too early");
  CHECK(verdict(whole + whole.substr(0, whole.size() - 1)) == "it ends too early");
}

TEST_CASE("20,000 mutations: an answer for each, never more than the limit") {
  const std::string seed = gzip("type=deploy&service=checkout&message=" + std::string(500, 'x')) + gzip("&b=2");
  std::mt19937 random(2);
  std::string out;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = seed;
    for (auto change = 1 + random() % 3; change > 0; --change) {
      char& byte = bytes[random() % bytes.size()];
      byte = static_cast<char>(byte ^ 1 << random() % 8);
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    (void)gunzip(out, bytes, 1000);
    CHECK(out.size() <= 1001);
  }
}

}  // namespace
}  // namespace oneshot::http
