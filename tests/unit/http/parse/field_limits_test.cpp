// SPDX-License-Identifier: MIT
#include "http/parse/field_limits.hpp"

#include <doctest/doctest.h>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

/// All of a GET whose header section has this many bytes, in two headers and Host.
std::string with_headers(std::size_t size) {
  const std::string fixed = "Host: h\r\nA: \r\n\r\n";
  return "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(size - fixed.size(), 'a') + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a header section of 32 KiB is read and a larger one is 431, also if its end never arrives") {
  CHECK(status_of(with_headers(32768)) == 0);
  CHECK(parse(with_headers(32768)).requests.size() == 1);
  CHECK(status_of(with_headers(32769)) == 431);
  CHECK(status_of("GET / HTTP/1.1\r\nA: " + std::string(32765, 'a')) == 0);
  CHECK(status_of("GET / HTTP/1.1\r\nA: " + std::string(32766, 'a')) == 431);
  CHECK(parse(with_headers(32769)).message == "the header section is over 32768 bytes");
}

TEST_CASE("a hundred headers are read and one more is 431") {
  CHECK(status_of(get + repeated("A: b\r\n", 99) + "\r\n") == 0);
  CHECK(status_of(get + repeated("A: b\r\n", 100)) == 431);
  CHECK(parse(get + repeated("A: b\r\n", 100)).message == "there are more than 100 header lines");
}

TEST_CASE("trailers count with the headers") {
  CHECK(status_of(chunked + "0\r\n" + repeated("A: b\r\n", 98) + "\r\n") == 0);
  CHECK(status_of(chunked + "0\r\n" + repeated("A: b\r\n", 99)) == 431);
  CHECK(status_of(chunked + "0\r\nA: " + std::string(32768, 'a')) == 431);
}

TEST_CASE("a line counts once it is whole, the empty one at the end with its bytes alone") {
  const Limits limits{.header_bytes = 20, .headers = 2};
  ParseState state(limits);
  CHECK(field_fits(state, "A: b\r\n"));
  CHECK(state.field_bytes == 0);
  CHECK(count_field(state, "A: b\r\n"));
  CHECK(count_field(state, "A: b\r\n"));
  CHECK(count_field(state, "\r\n"));
  CHECK(state.field_bytes == 14);
  CHECK(state.field_lines == 2);
  CHECK_FALSE(count_field(state, "A: b\r\n"));
  CHECK(state.error.status == 431);
  CHECK_FALSE(field_fits(state, "A"));
  state.begin();
  CHECK(field_fits(state, "A: b\r\n"));
}

}  // namespace oneshot::http
