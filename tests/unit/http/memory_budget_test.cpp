// SPDX-License-Identifier: MIT
#include "http/memory_budget.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/captured_log.hpp"
#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

using Use = MemoryBudget::Use;

constexpr std::size_t kib = 1024;

/// 1 MiB for /large, the usual 64 KiB for the rest.
class OneLarge final : public BodyLimits {
 public:
  [[nodiscard]] std::size_t body_limit(std::string_view path) const noexcept override {
    return path == "/large" ? 1024 * kib : usual_body_limit;
  }
};

const OneLarge one_large;

Limits with(MemoryBudget& budget) { return {.bodies = &one_large, .budget = &budget}; }

std::string sized(std::size_t size, std::string_view path = "/large") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

std::string chunk(std::size_t size) {
  std::string hex;
  for (std::size_t left = size; left > 0; left /= 16) hex.insert(hex.begin(), "0123456789abcdef"[left % 16]);
  return hex + "\r\n" + std::string(size, 'x') + "\r\n";
}

const std::string chunked = "POST /large HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("what is borrowed is given back, at the latest at the lease's end") {
  MemoryBudget budget(100);
  {
    MemoryBudget::Lease lease;
    CHECK(lease.grow_to(budget, 60, Use::unsent));
    CHECK(lease.grow_to(budget, 50, Use::unsent));
    CHECK(budget.used() == 60);
    CHECK(lease.grow_to(budget, 100, Use::unsent));
    CHECK_FALSE(lease.grow_to(budget, 101, Use::unsent));
    CHECK(lease.bytes() == 100);
    lease.shrink_to(200);
    CHECK(lease.bytes() == 100);
    lease.shrink_to(30);
    CHECK(lease.bytes() == 30);
    CHECK(budget.used() == 30);
    lease.release();
    CHECK(budget.used() == 0);
    CHECK(lease.bytes() == 0);
    CHECK(lease.grow_to(budget, 1, Use::unsent));
    MemoryBudget::Lease taken_over(std::move(lease));
    CHECK(taken_over.bytes() == 1);
    CHECK(budget.used() == 1);
    lease = std::move(taken_over);
    CHECK(budget.used() == 1);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("two leases have one budget, and a smaller limit holds for what is asked for later") {
  MemoryBudget budget(100);
  MemoryBudget::Lease first;
  MemoryBudget::Lease second;
  CHECK(first.grow_to(budget, 60, Use::unsent));
  CHECK_FALSE(second.grow_to(budget, 41, Use::unsent));
  CHECK(second.grow_to(budget, 40, Use::unsent));
  budget.set_limit(50);
  CHECK(budget.used() == 100);
  CHECK_FALSE(second.grow_to(budget, 41, Use::unsent));
  first.release();
  CHECK(second.grow_to(budget, 50, Use::unsent));
}

TEST_CASE("no use keeps out those that matter more") {
  MemoryBudget budget(1000);
  MemoryBudget::Lease spare;
  MemoryBudget::Lease request;
  MemoryBudget::Lease batch;
  MemoryBudget::Lease unsent;
  CHECK_FALSE(spare.grow_to(budget, 501, Use::spare));
  CHECK(spare.grow_to(budget, 500, Use::spare));
  CHECK_FALSE(budget.is_over_half_lent());
  CHECK_FALSE(budget.has(251, Use::request));
  CHECK(budget.has(250, Use::request));
  CHECK_FALSE(request.grow_to(budget, 251, Use::request));
  CHECK(request.grow_to(budget, 250, Use::request));
  CHECK(budget.is_over_half_lent());
  CHECK_FALSE(batch.grow_to(budget, 126, Use::batch));
  CHECK(batch.grow_to(budget, 125, Use::batch));
  CHECK_FALSE(unsent.grow_to(budget, 126, Use::unsent));
  CHECK(unsent.grow_to(budget, 125, Use::unsent));
  CHECK_FALSE(request.grow_to(budget, 251, Use::request));
  unsent.release();
  batch.release();
  request.release();
  CHECK_FALSE(spare.grow_to(budget, 501, Use::spare));
}

TEST_CASE("a peak is told once") {
  MemoryBudget budget(100);
  MemoryBudget::Lease lease;
  CHECK(lease.grow_to(budget, 70, Use::batch));
  lease.shrink_to(20);
  CHECK(budget.take_peak() == 70);
  CHECK(budget.take_peak() == 20);
}

TEST_CASE("refusals are counted, and have one line a minute") {
  const test::CapturedLog log;
  MemoryBudget budget(8 * 1024 * kib);
  budget.note_refusal();
  budget.note_refusal();
  CHECK(budget.refusals() == 2);
  CHECK(log.text().find("raise server.max_memory_mib") != std::string::npos);
  CHECK(log.text().find("raise", log.text().find("raise") + 1) == std::string::npos);
}

TEST_CASE("the limit of a body is that of its decoded path") {
  MemoryBudget budget(64 * 1024 * kib);
  const std::string mib(1024 * kib, 'b');
  CHECK(parse(sized(1024 * kib) + mib, with(budget)).requests.size() == 1);
  CHECK(parse(sized(1024 * kib, "/l%61rge?x=y") + mib, with(budget)).requests.size() == 1);
  CHECK(parse(sized(1024 * kib, "http://h/large") + mib, with(budget)).requests.size() == 1);
  CHECK(parse(sized(1024 * kib + 1), with(budget)).message == "the body is over 1048576 bytes");
  CHECK(parse(sized(1024 * kib, "//large/") + mib, with(budget)).requests.size() == 1);
  CHECK(parse(sized(64 * kib + 1, "/larger"), with(budget)).message == "the body is over 65536 bytes");
  CHECK(parse(sized(64 * kib + 1, "/x?/large"), with(budget)).status == 413);
  for (const std::size_t piece : {1U, 7U, 4096U}) {
    CAPTURE(piece);
    CHECK(parse_in_pieces(sized(64 * kib + 1) + mib.substr(0, 64 * kib + 1), piece, with(budget)).requests.size() == 1);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("the limit of a body in chunks is that of its path too") {
  MemoryBudget budget(64 * 1024 * kib);
  const std::string half = chunk(512 * kib);
  CHECK(parse(chunked + half + half + "0\r\n\r\n", with(budget)).requests.size() == 1);
  CHECK(parse(chunked + half + half + "1\r\n", with(budget)).message == "the body is over 1048576 bytes");
  CHECK(parse(chunked + half + "80001\r\n", with(budget)).status == 413);
  CHECK(budget.used() == 0);
}

TEST_CASE("a request of 16 KiB is not counted, a larger one is until it is done") {
  MemoryBudget budget(1024 * kib);
  Parser small(with(budget));
  const std::string head = sized(16 * kib - 100);
  small.feed(head);
  CHECK(small.feed(std::string(16 * kib - 100, 'b')).progress == Progress::complete);
  CHECK(budget.used() <= 100);
  small.next();
  CHECK(budget.used() == 0);
  Parser large(with(budget));
  CHECK(large.feed(sized(64 * kib)).progress == Progress::need_more);
  CHECK(budget.used() == 0);  // what is announced is nothing yet
  CHECK_FALSE(large.borrows());
  CHECK(large.feed(std::string(20 * kib, 'b')).progress == Progress::need_more);
  CHECK(large.borrows());
  CHECK(budget.used() < 30 * kib);
  CHECK(large.feed(std::string(44 * kib, 'b')).progress == Progress::complete);
  CHECK(budget.used() > 48 * kib);
  CHECK(budget.used() < 49 * kib);  // no more than the request has
  large.next();
  CHECK(budget.used() == 0);
}

TEST_CASE("what is counted is what the parser has, however the request grows") {
  const std::string long_query = "GET /?" + std::string(60 * kib, 'q') + " HTTP/1.1\r\nHost: h\r\n";
  std::string headers;
  for (int i = 0; i < 90; ++i) headers += "H" + std::to_string(i) + ": " + std::string(330, 'y') + "\r\n";
  std::string not_ascii = "GET /?";
  for (int i = 0; i < 20 * 1024; ++i) not_ascii += "\xC3";
  const std::vector<std::string> requests{
      long_query,
      long_query + headers,
      not_ascii + " HTTP/1.1\r\nHost: h\r\n",
      "GET /" + std::string(60 * kib, '+') + "%20 HTTP/1.1\r\nHost: h\r\n",
      chunked + chunk(100 * kib) + chunk(1) + chunk(300 * kib),
      sized(1024 * kib) + std::string(700 * kib, 'b'),
  };
  for (const std::string& request : requests) {
    CAPTURE(request.substr(0, 40));
    MemoryBudget budget(64 * 1024 * kib);
    Parser parser(with(budget));
    const std::size_t at_rest = parser.memory();
    for (std::size_t at = 0; at < request.size(); at += 8 * kib) {
      CHECK(parser.feed(std::string_view(request).substr(at, 8 * kib)).progress == Progress::need_more);
      CHECK(parser.memory() <= at_rest + budget.used() + 16 * kib + 8 * kib);  // its own, and the list of headers
    }
    CHECK(budget.used() > 16 * kib);
    parser.next();
    CHECK(budget.used() == 0);
    CHECK(parser.memory() <= at_rest + 24 * kib);
  }
}

TEST_CASE("over the budget a request is 503 with Retry-After, and the others go on") {
  MemoryBudget budget(1024 * kib);  // of which requests may have three quarters
  Parser first(with(budget));
  first.feed(sized(700 * kib));
  first.feed(std::string(700 * kib - 1, 'b'));
  Parser second(with(budget));
  CHECK(second.feed(sized(100 * kib)).progress == Progress::error);
  CHECK(second.error().status == 503);
  CHECK(second.error().retry_after_seconds == 1);
  CHECK(second.error().message == "server.max_memory_mib is used up by other connections");
  CHECK_FALSE(second.keep_alive());
  Parser third(with(budget));
  CHECK(third.feed(chunked + chunk(60 * kib)).progress == Progress::need_more);
  CHECK(third.feed(chunk(60 * kib)).progress == Progress::error);
  CHECK(third.error().status == 503);
  Parser waits(with(budget));
  CHECK(waits.feed("POST /large HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 170000\r\n\r\n")
            .progress == Progress::error);  // before it has sent a byte of the body
  Parser long_head(with(budget));
  const std::string query(300 * kib / 5, 'q');
  MemoryBudget::Lease rest;
  CHECK(rest.grow_to(budget, 750 * kib - budget.used(), Use::request));
  CHECK(long_head.feed("GET /?" + query).progress == Progress::error);
  CHECK(long_head.error().status == 503);
  Parser small(with(budget));
  CHECK(small.feed(sized(15 * kib) + std::string(15 * kib, 's')).progress == Progress::complete);
  rest.release();
  CHECK(budget.refusals() == 4);
  CHECK(first.feed("b").progress == Progress::complete);
  first.next();
  second.next();
  CHECK(second.error().retry_after_seconds == 0);
  CHECK(second.feed(sized(100 * kib)).progress == Progress::need_more);
  third.next();
  CHECK(budget.used() == 0);
}

TEST_CASE("a request that fails or is given up gives back what it had") {
  MemoryBudget budget(4096 * kib);
  const std::vector<std::string> bodies{
      chunk(512 * kib) + "x\r\n",                            // a chunk size that is none
      chunk(512 * kib) + "fffff\r\n",                        // over the limit of the path
      chunk(512 * kib) + "\n",                               // a lone LF
      chunk(512 * kib) + "1\r\nxy",                          // a chunk that is too long
      chunk(512 * kib) + "1;" + std::string(5000, 'x'),      // too many extensions
      chunk(512 * kib) + "0\r\nA : b\r\n",                   // a trailer that is none
      chunk(512 * kib) + "0\r\n" + std::string(40000, 'x'),  // trailers that are too long
      chunk(512 * kib) + "0\r\nContent-Length: 1\r\n",
  };
  for (const std::string& body : bodies) {
    CAPTURE(body.substr(body.rfind('x')));
    Parser parser(with(budget));
    CHECK(parser.feed(chunked + body).progress == Progress::error);
    CHECK(budget.used() == 0);  // at once: the connection's end may take seconds
    CHECK(parser.memory() < 32 * kib);
  }
  {
    Parser parser(with(budget));
    parser.feed(sized(1024 * kib) + std::string(500 * kib, 'b'));
    CHECK(budget.used() > 480 * kib);
    parser.next();
    CHECK(budget.used() == 0);
    parser.feed(sized(1024 * kib) + std::string(500 * kib, 'b'));
    CHECK(budget.used() > 480 * kib);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("without a budget a path's limit is all that holds") {
  const Limits limits{.bodies = &one_large};
  CHECK(parse(sized(1024 * kib) + std::string(1024 * kib, 'b'), limits).requests.size() == 1);
}

}  // namespace oneshot::http
