// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/http/parse_all.hpp"

namespace {
std::atomic<std::size_t> allocations{0};  // by the whole test program
}  // namespace

// Replaced for the whole test program, so that a test can see that nothing allocates.
void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace oneshot::http {

TEST_CASE("a connection in its steady state allocates nothing for a request") {
  const std::string requests =
      "POST /event?type=deploy&service=checkout HTTP/1.1\r\nHost: localhost:8090\r\nUser-Agent: curl/7.88.1\r\n"
      "Accept: */*\r\n\r\n"
      "POST /%65vent HTTP/1.1\r\nHost: localhost:8090\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: 40\r\n\r\n0123456789012345678901234567890123456789"
      "POST /event HTTP/1.1\r\nHost: localhost:8090\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\na=b\r\n0\r\nA: "
      "b\r\n\r\n";
  Parser parser;
  const auto feed_all = [&] {
    std::string_view rest = requests;
    std::size_t complete = 0;
    while (!rest.empty()) {
      const Fed fed = parser.feed(rest);
      rest.remove_prefix(fed.used);
      complete += fed.progress == Progress::complete ? 1U : 0U;
      parser.next();
    }
    return complete;
  };
  REQUIRE(feed_all() == 3);
  const std::size_t before = allocations.load();
  const std::size_t complete = feed_all() + feed_all();
  const std::size_t after = allocations.load();
  CHECK(complete == 6);
  CHECK(after == before);
}

TEST_CASE("a large request does not leave its memory with the connection") {
  Parser parser;
  const std::size_t small = 32 * 1024;
  const std::string path(60000, 'a');
  const std::string body(65536, 'b');
  CHECK(parser.feed("POST /%41" + path + " HTTP/1.0\r\nContent-Length: 65536\r\n\r\n" + body).progress ==
        Progress::complete);
  CHECK(parser.memory() > path.size() + body.size());
  parser.next();
  CHECK(parser.memory() < small);
}

TEST_CASE("what the parser gives away does not point into what it was fed") {
  Parser parser;
  for (const std::string_view part : {"POST /a%62?c=d HTTP/1.1\r\nHo", "st: h\r\nContent-Length: 2\r\n\r\nx", "y"}) {
    std::string buffer(part);
    parser.feed(buffer);
    buffer.assign(buffer.size(), '#');
  }
  CHECK(described(parser) == "POST /ab ?c=d {Host=h} {Content-Length=2} <xy>");
}

}  // namespace oneshot::http
