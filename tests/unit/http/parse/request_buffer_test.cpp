// SPDX-License-Identifier: MIT
#include "http/parse/request_buffer.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::http {
namespace {

constexpr std::size_t kept = 64;

/// Ends the current line, which is all in the buffer.
std::string_view finish(RequestBuffer& buffer) {
  const auto line = buffer.line();
  buffer.finish_line(line.size());
  return line;
}

}  // namespace

TEST_CASE("lines that are borrowed are looked at where they are, and kept in one piece") {
  RequestBuffer buffer;
  std::string read = "one\r\ntwo\r\nthr";
  buffer.borrow(read);
  const auto two = buffer.span_of(std::string_view(read).substr(5, 3));
  buffer.finish_line(5);
  CHECK(buffer.empty());
  buffer.finish_line(5);
  CHECK(buffer.line_offset() == 10);
  CHECK(buffer.head_from(5) == "two\r\n");
  CHECK(buffer.head_from(5).data() == read.data() + 5);
  buffer.keep();
  read.assign(read.size(), '#');
  CHECK(buffer.head_from(0) == "one\r\ntwo\r\n");
  CHECK(buffer.part(two) == "two");
  CHECK(buffer.line().empty());
  CHECK_FALSE(buffer.empty());
}

TEST_CASE("a line that comes in pieces goes on behind those that were borrowed") {
  RequestBuffer buffer;
  buffer.borrow("one\r\ntw");
  buffer.finish_line(5);
  buffer.keep();
  buffer.append_to_line("tw");
  CHECK(buffer.line() == "tw");
  buffer.append_to_line("o\r\n");
  const auto span = buffer.span_of(buffer.line().substr(0, 3));
  CHECK(span.offset == 5);
  CHECK(finish(buffer) == "two\r\n");
  buffer.append_to_line(std::string(10000, 'x'));  // moves all of it
  CHECK(buffer.part(span) == "two");
  CHECK(buffer.line().size() == 10000);
}

TEST_CASE("a head is found again when its body has moved it") {
  RequestBuffer buffer;
  buffer.borrow("head\r\n");
  buffer.finish_line(6);
  buffer.keep();
  buffer.begin_body();
  buffer.append_to_body(std::string(10000, 'x'));
  CHECK(buffer.part({0, 4}) == "head");
  CHECK(buffer.body().size() == 10000);
}

TEST_CASE("a span of nothing is nothing") {
  RequestBuffer buffer;
  buffer.append_to_line("abc");
  CHECK(buffer.span_of({}).size == 0);
  CHECK(buffer.part(buffer.span_of({})).empty());
}

TEST_CASE("only the current line is percent-encoded, and what is appended then goes behind it") {
  RequestBuffer buffer;
  buffer.append_to_line("\xc3\xa9|");
  finish(buffer);
  buffer.append_to_line("\xc3\xa9|");
  buffer.percent_encode_line();
  CHECK(buffer.line() == "%C3%A9|");
  buffer.append_to_line("a");
  CHECK(buffer.head_from(0) == "\xc3\xa9|");
  CHECK(buffer.line() == "%C3%A9|a");
}

TEST_CASE("a body has no lines of chunks and trailers in it") {
  RequestBuffer buffer;
  buffer.append_to_line("head\r\n");
  finish(buffer);
  buffer.begin_body();
  CHECK(buffer.body_size() == 0);
  buffer.append_to_line("3\r\n");
  CHECK(buffer.body_size() == 0);
  buffer.drop_line();
  buffer.append_to_body("abc");
  buffer.begin_line();
  CHECK(buffer.body_size() == 3);
  buffer.append_to_line("1;x=y\r\n");
  CHECK(buffer.line() == "1;x=y\r\n");
  buffer.drop_line();
  buffer.append_to_body("d");
  buffer.begin_line();
  CHECK(buffer.body() == "abcd");
  CHECK(buffer.body_size() == 4);
}

TEST_CASE("a buffer that is cleared keeps a little memory and no bytes") {
  RequestBuffer buffer;
  buffer.append_to_line("short\r\n");
  finish(buffer);
  buffer.begin_body();
  buffer.clear(kept);
  CHECK(buffer.empty());
  CHECK(buffer.line_offset() == 0);
  CHECK(buffer.body().empty());
  buffer.append_to_line(std::string(50, 'x'));
  const std::size_t capacity = buffer.capacity();
  buffer.clear(kept);
  CHECK(buffer.capacity() == capacity);
  buffer.append_to_line(std::string(5000, 'x'));
  buffer.clear(kept);
  CHECK(buffer.capacity() < kept);
}

}  // namespace oneshot::http
