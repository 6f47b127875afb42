// SPDX-License-Identifier: MIT
#include "net/session/read_buffer.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <list>
#include <set>

namespace {

using oneshot::net::ReadBuffer;
using oneshot::net::ReadBufferPool;

/// How many of the pages of a buffer are in memory. Pages that are larger than a buffer are not given back.
std::size_t resident(const char* buffer) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::array<unsigned char, ReadBuffer::size> in_memory{};
  auto* const begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(buffer) / page * page);
  REQUIRE(::mincore(begin, std::max(page, ReadBuffer::size), in_memory.data()) == 0);
  return static_cast<std::size_t>(std::ranges::count_if(in_memory, [](unsigned char one) { return (one & 1) != 0; }));
}

void fill(ReadBuffer& buffer, char with) { std::memset(buffer.space().data(), with, buffer.space().size()); }

bool holds(const ReadBuffer& buffer, char only) {
  return std::all_of(buffer.data(), buffer.data() + ReadBuffer::size, [only](char one) { return one == only; });
}

TEST_SUITE("read buffers") {
  TEST_CASE("none takes memory before something is read into it, nor once it has given its pages back") {
    ReadBufferPool pool;
    ReadBuffer before(pool);
    ReadBuffer buffer(pool);
    ReadBuffer behind(pool);
    CHECK(resident(buffer.data()) == 0);
    for (ReadBuffer* const one : {&before, &buffer, &behind}) fill(*one, 'x');
    CHECK(resident(buffer.data()) > 0);
    buffer.give_pages_back();
    CHECK(resident(buffer.data()) == 0);
    CHECK(holds(before, 'x'));
    CHECK(holds(behind, 'x'));
    fill(buffer, 'y');
    CHECK(holds(buffer, 'y'));
  }

  TEST_CASE("each has bytes of its own, however many there are, and those of one that is gone are used again") {
    ReadBufferPool pool;
    std::set<const char*> used;
    for (int round = 0; round < 3; ++round) {
      std::list<ReadBuffer> buffers;
      for (int i = 0; i < 200; ++i) fill(buffers.emplace_back(pool), static_cast<char>(i));
      int i = 0;
      for (const ReadBuffer& buffer : buffers) {
        CHECK(holds(buffer, static_cast<char>(i++)));
        used.insert(buffer.data());
      }
    }
    CHECK(used.size() <= 256);
  }

  TEST_CASE("of many that go at once few keep memory, and the last one that went is the next to come") {
    ReadBufferPool pool;
    std::set<const char*> addresses;
    const char* last = nullptr;
    {
      std::list<ReadBuffer> buffers;
      for (int i = 0; i < 200; ++i) {
        fill(buffers.emplace_back(pool), 'x');
        addresses.insert(buffers.back().data());
      }
    }
    const auto kept = std::ranges::count_if(addresses, [](const char* one) { return resident(one) > 0; });
    CHECK(kept == 32);
    {
      ReadBuffer one(pool);
      last = one.data();
    }
    CHECK(ReadBuffer(pool).data() == last);
    CHECK(resident(last) > 0);
  }
}

}  // namespace
