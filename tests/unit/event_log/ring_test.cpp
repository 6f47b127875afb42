// SPDX-License-Identifier: MIT
#include "event_log/ring.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/unique_fd.hpp"
#include "support/read_alone.hpp"

namespace oneshot::event_log {
namespace {

TEST_CASE("what is written across the end of the ring stands at its begin") {
  const std::uint64_t page = Ring::page_size();
  for (const std::uint64_t pages : {1u, 2u, 3u}) {  // 3 is not a power of two
    CAPTURE(pages);
    Result<Ring> ring = Ring::in_memory(pages * page);
    REQUIRE(ring.has_value());
    const std::uint64_t end = 5 * pages * page;  // of the fifth time round
    std::memcpy(ring->at(end - 4), "overlaps", 8);
    CHECK(std::memcmp(ring->at(0), "laps", 4) == 0);
    CHECK(std::memcmp(ring->at(pages * page - 4), "overlaps", 8) == 0);
    CHECK(ring->at(end - 1) + 1 == ring->at(end) + ring->capacity());
  }
}

TEST_CASE("memory that was given back reads as zeros and the rest is untouched") {
  const std::uint64_t page = Ring::page_size();
  Result<Ring> ring = Ring::in_memory(4 * page);
  REQUIRE(ring.has_value());
  std::memset(ring->at(0), 'x', 4 * page);
  ring->give_back(7 * page, 9 * page);  // its last and its first page
  CHECK(*ring->at(0) == std::byte{0});
  CHECK(*ring->at(page - 1) == std::byte{0});
  CHECK(*ring->at(page) == std::byte{'x'});
  CHECK(*ring->at(3 * page - 1) == std::byte{'x'});
  CHECK(*ring->at(3 * page) == std::byte{0});
}

TEST_CASE("a ring over a stretch of a file writes there, and never makes holes unless it may") {
  const std::uint64_t page = Ring::page_size();
  const UniqueFd fd(::memfd_create("file", MFD_CLOEXEC));
  REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(3 * page)) == 0);
  Result<Ring> ring = Ring::map(fd.get(), page, 2 * page, false);
  REQUIRE(ring.has_value());
  std::memcpy(ring->at(0), "here", 4);
  char found[4] = {};
  REQUIRE(::pread(fd.get(), found, 4, static_cast<off_t>(page)) == 4);
  CHECK(std::string(found, 4) == "here");
  ring->give_back(0, page);
  CHECK(*ring->at(0) == std::byte{'h'});
}

TEST_CASE("a size that is not a number of pages is an error that says so") {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{5000}}) {
    const Result<Ring> ring = Ring::in_memory(size);
    REQUIRE_FALSE(ring.has_value());
    CHECK(ring.error().find("multiples of the page size") != std::string::npos);
  }
}

TEST_CASE("more than the address space can hold is an error") {
  const Result<Ring> ring = Ring::in_memory(std::uint64_t{1} << 62);
  REQUIRE_FALSE(ring.has_value());
  CHECK(ring.error().find("no room for an event log of 4611686018427387904 bytes: ") == 0);
}

TEST_CASE("no page is read ahead where the ring is to be written next, also across its end") {
  const std::uint64_t page = Ring::page_size();
  const UniqueFd fd(::memfd_create("file", MFD_CLOEXEC));
  REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(4 * page)) == 0);
  Result<Ring> ring = Ring::map(fd.get(), 0, 4 * page, false);
  REQUIRE(ring.has_value());
  CHECK(oneshot::test::pages_read_alone(ring->at(0), 4) == "----");
  ring->expect(Ring::Use::writing, 7 * page + 1, 9 * page + 1);
  CHECK(oneshot::test::pages_read_alone(ring->at(0), 4) == "a--a");
  ring->expect(Ring::Use::reading, 7 * page + 1, 8 * page + 1);
  CHECK(oneshot::test::pages_read_alone(ring->at(0), 4) == "a---");
  ring->expect(Ring::Use::writing, 9 * page, 9 * page);
  CHECK(oneshot::test::pages_read_alone(ring->at(0), 4) == "a---");
}

}  // namespace
}  // namespace oneshot::event_log
