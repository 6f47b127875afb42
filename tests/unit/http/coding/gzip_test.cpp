// SPDX-License-Identifier: MIT
#include "http/coding/gzip.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "support/gunzip.hpp"

namespace oneshot::http {
namespace {

using test::gunzip;

constexpr std::size_t mib = 1024 * 1024;
constexpr std::size_t piece_bytes = 64 * 1024;

std::string lines(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += "events_to_metrics{id=\"" + std::to_string(i * 7919) + "\"} 1\n";
  text.resize(bytes);
  return text;
}

std::string noise(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

/// The body of a text, whose gap is behind its first `gap` bytes.
std::unique_ptr<GzipBody> compressed(MemoryBudget& budget, std::string_view text, std::size_t gap,
                                     std::size_t padding = 16 * 1024) {
  auto body = GzipBody::begin(budget, text.size(), padding);
  REQUIRE(body != nullptr);
  body->append(text.substr(0, gap));
  body->leave_gap();
  body->append(text.substr(gap));
  body->end();
  return body;
}

/// Takes all bytes out, and holds them to what was announced.
std::string read_all(GzipBody& body) {
  const std::uint64_t size = body.size();
  std::string bytes;
  for (bool more = true; more;) {
    std::string piece;
    more = body.append_next(piece);
    CHECK_FALSE(piece.empty());
    CHECK(piece.size() < 2 * piece_bytes + 100);
    bytes += piece;
  }
  CHECK(bytes.size() == size);
  return bytes;
}

}  // namespace

TEST_CASE("a member is the text that was put in, whatever its length and however it compresses") {
  MemoryBudget budget(16 * mib);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, piece_bytes - 1, piece_bytes, piece_bytes + 1, 3 * mib}) {
    CAPTURE(size);
    for (const std::string& text : {lines(size), noise(size)}) {
      const auto body = compressed(budget, text, size / 2);
      CHECK(gunzip(read_all(*body)) == text);
    }
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("without a gap it is a member too, and events become a fifth or less") {
  MemoryBudget budget(16 * mib);
  const std::string text = lines(mib);
  const auto body = GzipBody::begin(budget, text.size(), 0);
  body->append(text);
  body->end();
  CHECK(body->size() < mib / 5);
  CHECK(gunzip(read_all(*body)) == text);
}

TEST_CASE("padding goes into the gap as part of the text, to the byte") {
  MemoryBudget budget(16 * mib);
  const std::string text = lines(piece_bytes);
  const std::uint64_t unpadded = compressed(budget, text, 100)->size();
  // 5 bytes are the head of a block, so the first six lengths cannot be had.
  for (const std::uint64_t more : {1U, 5U, 6U, 7U, 1000U, 65540U, 65541U, 65545U, 65546U, 131080U, 131081U, 200000U}) {
    CAPTURE(more);
    const auto body = compressed(budget, text, 100);
    const std::size_t missing = body->padding_for(unpadded + more);
    const std::string padding(missing, ' ');
    body->fill_gap(padding);
    const bool can_be_had = more % 65540 == 0 || more % 65540 > 5;
    CHECK(body->size() >= unpadded + more);
    CHECK(body->size() <= unpadded + more + (can_be_had ? 0 : 5));
    CHECK(gunzip(read_all(*body)) == text.substr(0, 100) + padding + text.substr(100));
  }
}

TEST_CASE("what is long enough needs no padding") {
  MemoryBudget budget(16 * mib);
  const auto body = compressed(budget, lines(piece_bytes), 100);
  CHECK(body->padding_for(0) == 0);
  CHECK(body->padding_for(body->size()) == 0);
  CHECK(body->padding_for(body->size() + 6) == 1);
}

TEST_CASE("padding lies in the body as it is: stored, and not compressed away") {
  MemoryBudget budget(16 * mib);
  const auto body = compressed(budget, lines(piece_bytes), 100);
  const std::string padding(12'000, ' ');
  body->fill_gap(padding);
  CHECK(read_all(*body).find(padding) != std::string::npos);
}

TEST_CASE("the header has neither a name nor a comment, which Go would refuse") {
  MemoryBudget budget(16 * mib);
  const std::string bytes = read_all(*compressed(budget, lines(100), 10));
  CHECK(bytes.substr(0, 4) == std::string_view("\x1f\x8b\x08\x00", 4));
}

TEST_CASE("a body has its memory from the budget: the worst case at first, then what it has") {
  MemoryBudget budget(16 * mib);
  const std::string text = lines(4 * mib);
  {
    const auto body = GzipBody::begin(budget, text.size(), 16 * 1024);
    REQUIRE(body != nullptr);
    CHECK(budget.used() == GzipBody::memory_for(text.size(), 16 * 1024));
    CHECK(budget.used() > text.size());
    CHECK(GzipBody::begin(budget, text.size(), 0) == nullptr);
    body->append(text);
    body->end();
    CHECK(budget.used() < mib);
    CHECK(budget.used() >= body->size());
    CHECK(GzipBody::begin(budget, text.size(), 0) != nullptr);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("what does not compress stays within what was taken for it") {
  MemoryBudget budget(16 * mib);
  const std::string text = noise(5 * mib);
  const auto body = compressed(budget, text, 1000);
  body->fill_gap(std::string(16 * 1024, ' '));
  CHECK(body->size() > text.size());
  CHECK(body->size() + 268 * 1024 < GzipBody::memory_for(text.size(), 16 * 1024));
  CHECK(budget.used() >= body->size());
}

}  // namespace oneshot::http
