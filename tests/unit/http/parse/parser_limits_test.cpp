// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A request line of this many bytes without its end.
std::string request_line(std::size_t size) { return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1"; }

}  // namespace

TEST_CASE("a request line of 64 KiB is read and a longer one is 414, also if its end never arrives") {
  const std::string rest = "\r\nHost: h\r\n\r\n";
  CHECK(status_of(request_line(65536) + rest) == 0);
  CHECK(parse(request_line(65536) + rest).requests.size() == 1);
  CHECK(status_of(request_line(65537) + rest) == 414);
  CHECK(status_of(request_line(65537)) == 414);
  CHECK(status_of("GET /" + std::string(65532, 'a')) == 414);
  CHECK(status_of("GET /" + std::string(65531, 'a')) == 0);
  CHECK(status_of("GET /" + std::string(65531, 'a') + "\r") == 0);
  CHECK(status_of("GET /" + std::string(65531, 'a') + "\ra") == 414);
  CHECK(parse(request_line(65537)).message == "the request line is over 65536 bytes");
}

TEST_CASE("the length of a request line is that of the bytes sent, not of their escapes") {
  const std::string rest = " HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string raw = repeated("\xc3\xa9", (65536 - 14) / 2);
  CHECK(status_of("GET /" + raw + rest) == 0);
  CHECK(status_of("GET /" + raw + "a" + rest) == 414);
}

TEST_CASE("the extensions of all chunks together are bounded") {
  const std::string extension = ";a=" + std::string(1021, 'x');
  const std::string chunk = "1" + extension + "\r\nx\r\n";
  CHECK(status_of(chunked + repeated(chunk, 4) + "0\r\n\r\n") == 0);
  CHECK(status_of(chunked + repeated(chunk, 5)) == 400);
  CHECK(status_of(chunked + "1;" + std::string(5000, 'x')) == 400);
  CHECK(parse(chunked + "1;" + std::string(5000, 'x')).message == "the chunk extensions are over 4096 bytes");
}

TEST_CASE("limits can be set") {
  const Limits small{.request_line = 20, .header_bytes = 30, .headers = 2, .body = 4};
  CHECK(parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n", small).status == 0);
  CHECK(parse("GET /aaaaaaa HTTP/1.1\r\n", small).status == 414);
  CHECK(parse("GET / HTTP/1.1\r\nHost: hhhhhhhhhhhhhhhhhhhhhhhhhh\r\n", small).status == 431);
  CHECK(parse("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nA: b\r\n", small).status == 431);
  CHECK(parse("POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n", small).message == "the body is over 4 bytes");
}

}  // namespace oneshot::http
