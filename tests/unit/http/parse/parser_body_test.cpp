// SPDX-License-Identifier: MIT
#include "http/parse/parser_body.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "http/parse/parser.hpp"
#include "http/response_writer.hpp"

namespace oneshot::http {

TEST_CASE("a client that waits for 100 Continue is told so once") {
  Parser parser;
  const Fed head = parser.feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(head.progress == Progress::continue_wanted);
  CHECK(parser.in_body());
  CHECK(parser.feed("").progress == Progress::need_more);
  CHECK(parser.feed("a").progress == Progress::need_more);
  CHECK(parser.feed("b").progress == Progress::complete);
  CHECK_FALSE(parser.in_body());
  CHECK(parser.request().body == "ab");
  CHECK(continue_reply == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("a client that waits before a chunked body is told so too") {
  Parser parser;
  const Fed head =
      parser.feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(head.progress == Progress::continue_wanted);
  CHECK(parser.feed("0\r\n\r\n").progress == Progress::complete);
}

TEST_CASE("100 Continue is not wanted when there is no body, when it is here already, or in HTTP/1.0") {
  const std::string_view expect = "Expect: 100-continue\r\n";
  const auto progress = [&](std::string_view line, std::string_view rest) {
    Parser parser;
    return parser.feed(std::string(line) + "\r\nHost: h\r\n" + std::string(expect) + std::string(rest)).progress;
  };
  CHECK(progress("POST / HTTP/1.1", "\r\n") == Progress::complete);
  CHECK(progress("POST / HTTP/1.1", "Content-Length: 0\r\n\r\n") == Progress::complete);
  CHECK(progress("POST / HTTP/1.1", "Content-Length: 2\r\n\r\na") == Progress::need_more);
  CHECK(progress("POST / HTTP/1.0", "Content-Length: 2\r\n\r\n") == Progress::need_more);
}

}  // namespace oneshot::http
