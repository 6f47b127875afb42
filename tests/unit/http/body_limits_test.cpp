// SPDX-License-Identifier: MIT
#include "http/body_limits.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("what is within the limit behind the bytes so far fits, any other size is 413") {
  CHECK(check_body_size(0, 4, 4).has_value());
  CHECK(check_body_size(3, 1, 4).has_value());
  CHECK(check_body_size(4, 0, 4).has_value());
  for (const std::uint64_t size : {std::uint64_t{2}, std::numeric_limits<std::uint64_t>::max()}) {
    const auto refused = check_body_size(3, size, 4);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().status == 413);
    CHECK(refused.error().message == "the body is over 4 bytes");
  }
}

TEST_CASE("a body of 64 KiB is read and a larger one is 413, a declared one before any byte of it") {
  const std::string body(65536, 'b');
  CHECK(status_of(get + "Content-Length: 65536\r\n\r\n" + body) == 0);
  CHECK(parse(get + "Content-Length: 65536\r\n\r\n" + body).requests.size() == 1);
  CHECK(status_of(get + "Content-Length: 65537\r\n\r\n") == 413);
  CHECK(status_of(chunked + "10000\r\n" + body + "\r\n0\r\n\r\n") == 0);
  CHECK(status_of(chunked + "ffff\r\n" + body.substr(1) + "\r\n1\r\nx\r\n0\r\n\r\n") == 0);
  CHECK(status_of(chunked + "ffff\r\n" + body.substr(1) + "\r\n2\r\n") == 413);
  CHECK(status_of(chunked + repeated("1\r\nx\r\n", 65536) + "0\r\n\r\n") == 0);
  CHECK(status_of(chunked + repeated("1\r\nx\r\n", 65536) + "1\r\n") == 413);
}

}  // namespace oneshot::http
