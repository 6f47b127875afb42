// SPDX-License-Identifier: MIT
#include "http/body_budget.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

constexpr std::size_t kib = 1024;

/// 1 MiB for /large, the usual 64 KiB for the rest.
class OneLarge final : public BodyLimits {
 public:
  [[nodiscard]] std::size_t body_limit(std::string_view path) const noexcept override {
    return path == "/large" ? 1024 * kib : usual_body_limit;
  }
};

const OneLarge one_large;

Limits with(BodyBudget& budget) { return {.bodies = &one_large, .budget = &budget}; }

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
  BodyBudget budget(100);
  {
    BodyBudget::Lease lease;
    CHECK(lease.grow_to(budget, 60));
    CHECK(lease.grow_to(budget, 50));
    CHECK(budget.used() == 60);
    CHECK(lease.grow_to(budget, 100));
    CHECK_FALSE(lease.grow_to(budget, 101));
    CHECK(lease.bytes() == 100);
    lease.shrink_to(200);
    CHECK(lease.bytes() == 100);
    lease.shrink_to(30);
    CHECK(lease.bytes() == 30);
    CHECK(budget.used() == 30);
    lease.release();
    CHECK(budget.used() == 0);
    CHECK(lease.bytes() == 0);
    CHECK(lease.grow_to(budget, 1));
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("two leases have one budget, and a smaller limit holds for what is asked for later") {
  BodyBudget budget(100);
  BodyBudget::Lease first;
  BodyBudget::Lease second;
  CHECK(first.grow_to(budget, 60));
  CHECK_FALSE(second.grow_to(budget, 41));
  CHECK(second.grow_to(budget, 40));
  budget.set_limit(50);
  CHECK(budget.used() == 100);
  CHECK_FALSE(second.grow_to(budget, 41));
  first.release();
  CHECK(second.grow_to(budget, 50));
}

TEST_CASE("the limit of a body is that of its decoded path") {
  BodyBudget budget(64 * 1024 * kib);
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
  BodyBudget budget(64 * 1024 * kib);
  const std::string half = chunk(512 * kib);
  CHECK(parse(chunked + half + half + "0\r\n\r\n", with(budget)).requests.size() == 1);
  CHECK(parse(chunked + half + half + "1\r\n", with(budget)).message == "the body is over 1048576 bytes");
  CHECK(parse(chunked + half + "80001\r\n", with(budget)).status == 413);
  CHECK(budget.used() == 0);
}

TEST_CASE("bodies up to 64 KiB are not counted, larger ones are until the request is done") {
  BodyBudget budget(200 * kib);
  Parser small(with(budget));
  small.feed(sized(64 * kib));
  CHECK(budget.used() == 0);
  Parser large(with(budget));
  CHECK(large.feed(sized(64 * kib + 1)).progress == Progress::need_more);
  CHECK(budget.used() == 128 * kib);
  CHECK(large.feed(std::string(64 * kib + 1, 'b')).progress == Progress::complete);
  CHECK(budget.used() == 128 * kib);  // until the reply has been made
  large.next();
  CHECK(budget.used() == 0);
}

TEST_CASE("a body in chunks asks for more as it grows") {
  BodyBudget budget(1024 * kib);
  Parser parser(with(budget));
  parser.feed(chunked + chunk(64 * kib));
  CHECK(budget.used() == 0);
  parser.feed(chunk(1));
  CHECK(budget.used() == 128 * kib);
  parser.feed(chunk(63 * kib));
  CHECK(budget.used() == 128 * kib);
  parser.feed(chunk(800 * kib));
  CHECK(budget.used() == 960 * kib);
  parser.feed(chunk(90 * kib));
  CHECK(budget.used() == 1024 * kib);  // not more than the path's limit
  CHECK(parser.feed("0\r\n\r\n").progress == Progress::complete);
  parser.next();
  CHECK(budget.used() == 0);
}

TEST_CASE("over the budget a request is 503 with Retry-After, and the others go on") {
  BodyBudget budget(1024 * kib);
  Parser first(with(budget));
  first.feed(sized(1024 * kib));
  Parser second(with(budget));
  CHECK(second.feed(sized(64 * kib + 1) + "x").progress == Progress::error);
  CHECK(second.error().status == 503);
  CHECK(second.error().retry_after_seconds == 1);
  CHECK(second.error().message == "the large bodies of other requests have all of server.max_body_memory_mib");
  CHECK_FALSE(second.keep_alive());
  Parser third(with(budget));
  CHECK(third.feed(chunked + chunk(64 * kib)).progress == Progress::need_more);
  CHECK(third.feed("1\r\n").progress == Progress::error);
  CHECK(third.error().status == 503);
  Parser waits(with(budget));
  CHECK(
      waits.feed("POST /large HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n").progress ==
      Progress::error);  // before it has sent a byte of the body
  CHECK(first.feed(std::string(1024 * kib, 'b')).progress == Progress::complete);
  first.next();
  CHECK(budget.used() == 0);
  second.next();
  CHECK(second.error().retry_after_seconds == 0);
  CHECK(second.feed(sized(64 * kib + 1)).progress == Progress::need_more);
}

TEST_CASE("a request that fails or is given up gives back what it had") {
  BodyBudget budget(1024 * kib);
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
    parser.feed(sized(1024 * kib) + "some of it");
    CHECK(budget.used() == 1024 * kib);
    parser.next();
    CHECK(budget.used() == 0);
    parser.feed(sized(1024 * kib));
    CHECK(budget.used() == 1024 * kib);
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("without a budget a path's limit is all that holds") {
  const Limits limits{.bodies = &one_large};
  CHECK(parse(sized(1024 * kib) + std::string(1024 * kib, 'b'), limits).requests.size() == 1);
}

}  // namespace oneshot::http
