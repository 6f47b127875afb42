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
#include <string>
#include <vector>

#include "support/session_rig.hpp"
#include "unit/net/session_ways.hpp"

namespace {

using oneshot::net::ReadBuffer;
using oneshot::net::ReadBufferPool;
using oneshot::net::test::get;
using oneshot::test::SessionRig;

/// How many of the pages of a buffer are in memory. Pages that are larger than a buffer are not given back.
std::size_t resident(const char* buffer) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::array<unsigned char, ReadBuffer::size> in_memory{};
  auto* const begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(buffer) / page * page);
  REQUIRE(::mincore(begin, std::max(page, ReadBuffer::size), in_memory.data()) == 0);
  return static_cast<std::size_t>(std::ranges::count_if(in_memory, [](unsigned char one) { return (one & 1) != 0; }));
}

char* space_of(ReadBuffer& buffer) { return static_cast<char*>(buffer.take().data()); }

void fill(ReadBuffer& buffer, char with) { std::memset(space_of(buffer), with, ReadBuffer::size); }

bool holds(const ReadBuffer& buffer, char only) {
  return std::all_of(buffer.data(), buffer.data() + ReadBuffer::size, [only](char one) { return one == only; });
}

TEST_SUITE("read buffers") {
  TEST_CASE("none takes memory before something is read into it") {
    ReadBufferPool pool;
    ReadBuffer buffer(pool);
    CHECK(buffer.data() == nullptr);
    CHECK(resident(space_of(buffer)) == 0);
    fill(buffer, 'x');
    CHECK(resident(buffer.data()) > 0);
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

  TEST_CASE("one that is taken keeps what is in it; the memory of the last one given back is the next to be taken") {
    ReadBufferPool pool;
    ReadBuffer kept(pool);
    ReadBuffer first(pool);
    ReadBuffer second(pool);
    fill(kept, 'k');
    fill(first, 'x');
    const char* const used = first.data();
    CHECK(space_of(first) == used);
    first.give_back();
    CHECK(first.data() == nullptr);
    fill(second, 'y');
    CHECK(second.data() == used);
    first.give_back();  // which holds nothing
    CHECK(space_of(first) != used);
    CHECK(holds(kept, 'k'));
    CHECK(holds(second, 'y'));
  }

  TEST_CASE("of many that go at once few keep memory") {
    ReadBufferPool pool;
    std::set<const char*> addresses;
    {
      std::list<ReadBuffer> buffers;
      for (int i = 0; i < 200; ++i) {
        fill(buffers.emplace_back(pool), 'x');
        addresses.insert(buffers.back().data());
      }
    }
    const auto kept = std::ranges::count_if(addresses, [](const char* one) { return resident(one) > 0; });
    CHECK(kept == 32);
  }

  TEST_CASE("others read into the memory of a connection that waits, but for what its handler or its next request is") {
    SessionRig rig;
    ReadBuffer other(rig.read_buffers());
    const auto another_reads = [&other] {
      std::memset(other.take().data(), '#', ReadBuffer::size);
      const char* const used = other.data();
      other.give_back();
      return used;
    };
    const char* const shared = another_reads();
    const std::string post = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
    rig.peer->send(get("/a"));
    rig.run();
    CHECK(another_reads() == shared);  // it waits for a request
    rig.peer->send(post.substr(0, 10));
    rig.run();
    CHECK(another_reads() == shared);  // for the rest of a head
    rig.peer->send(post.substr(10) + "bo");
    rig.run();
    CHECK(another_reads() == shared);  // for the rest of a body
    rig.peer->send("dy" + get("/wait") + get("/c"));
    rig.run();
    CHECK(another_reads() != shared);  // for what its handler waits for; the next request has arrived
    rig.event.notifier()();
    rig.run();
    CHECK(rig.requests ==
          std::vector<std::string>{"GET /a", "POST /b body", "pipelined GET /wait", "pipelined GET /c"});
    CHECK(another_reads() == shared);
    rig.peer->send(get("/pending"));
    rig.run();
    CHECK(another_reads() == shared);  // for what many wait for
    rig.finish_pending();
    rig.run();
    rig.peer->send(get("/pending") + get("/behind"));  // which is whole, and waits for the answer before it
    rig.run();
    CHECK(another_reads() != shared);
    rig.finish_pending();
    rig.run();
    CHECK(rig.requests.back() == "pipelined GET /behind");
    rig.peer->end();
    rig.run();
    CHECK(rig.replies().size() == 7);
    CHECK(rig.ended());
    CHECK(rig.broken_rule() == "");
  }
}

}  // namespace
