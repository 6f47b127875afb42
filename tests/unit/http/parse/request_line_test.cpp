// SPDX-License-Identifier: MIT
//
// Request lines, read in one pass where they came whole, and by llhttp too where they came in pieces. Both must tell
// the same of the line, and of where the message behind it ends.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

/// What is behind a request line: ends of messages of all kinds, kept connections and others, and what is refused.
constexpr std::string_view rests[] = {
    "Host: h\r\n\r\n",
    "Host: h\r\nConnection: close\r\n\r\n",
    "Host: h\r\nConnection: keep-alive\r\n\r\n",
    "Host: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "Host: h\r\nContent-Length: 3\r\n\r\na=b",
    "Host: h\r\nContent-Length: 0\r\n\r\n",
    "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\nX: y\r\n\r\n",
    "Host: h\r\nTransfer-Encoding: gzip\r\n\r\n",
    "Host: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "X : y\r\n\r\n",
    "\r\n",
};

void check_however_cut(const std::string& bytes) {
  CAPTURE(bytes);
  const Parsed whole = parse(bytes);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) CHECK(parse_in_pieces(bytes, piece) == whole);
}

}  // namespace

TEST_CASE("methods and versions of all kinds end a message as llhttp says, however the line came") {
  for (const std::string method :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "M-SEARCH", "CONNECT", "PRI", "SOURCE", "get", "G"})
    for (const std::string target : {"/", "/event?a=b", "/event", "*", "http://h/event?a=b", "h:1", ""})
      for (const std::string version : {"HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "RTSP/1.0", "HTTP/1.1 ", ""})
        for (const std::string_view rest : rests)
          check_however_cut(method + ' ' + target + ' ' + version + "\r\n" + std::string(rest) +
                            "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("each byte of a path and of a query is read or refused as llhttp says, however the line came") {
  for (int byte = 0; byte < 256; ++byte)
    for (const std::string before : {"/", "/a", "/a/quite/long/path", "/a?", "/a?b=c", "/a?b=c&a-quite-long-query"})
      for (const std::string behind : {"", "/", "z", "z=0123456789abcdef"})
        check_however_cut("POST " + before + static_cast<char>(byte) + behind +
                          " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=bGET / HTTP/1.1\r\nHost: h\r\n\r\n");
}

}  // namespace oneshot::http
