// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view bytes;
  int status;
  std::string_view message;
  std::size_t requests = 0;  // that were fine before
};

constexpr std::string_view line_end = "a line that ends in a lone CR or LF (CR LF is required)";
constexpr std::string_view both = "both Content-Length and Transfer-Encoding (only one of them is allowed)";
constexpr std::string_view folded = "a header line begins with whitespace (folded lines are not allowed)";
constexpr std::string_view two_spaces = " must have exactly two spaces: after the method and before the version";

#define GET "GET / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

const Case request_lines[] = {
    {"\n", 400, line_end},
    {"\rG", 400, line_end},
    {"\r\r\n", 400, line_end},
    {"\x16\x03\x01\x02", 400,
     "this is TLS, and this address takes plain HTTP: write http://, or set server.web_config_file"},
    {"\0"sv, 400, "the request begins with the byte 0x00 (a method, such as GET, is required)"},
    {" GET / HTTP/1.1\r\n", 400, "the request begins with the byte 0x20 (a method, such as GET, is required)"},
    {"\xc3\x84", 400, "the request begins with the byte 0xc3 (a method, such as GET, is required)"},
    {"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", 400, "more than 8 empty lines before the request line"},
    {"GET / HTTP/1.1\nHost: h\n\n", 400, line_end},
    {"GET / HTTP/1.1\r\r\n", 400, line_end},
    {"GET /\ra HTTP/1.1\r\n", 400, line_end},
    {"GET\r\n", 400, "the request line \"GET\" must be a method, a target and HTTP/1.1, with one space between"},
    {"get / HTTP/1.1\r\n", 400, "the method \"get\" must be a word in capital letters, such as GET"},
    {"G@T / HTTP/1.1\r\n", 400, "the method \"G@T\" must be a word in capital letters, such as GET"},
    {"GET /\r\n", 400, "the request line \"GET /\" has no version (HTTP/1.1 and HTTP/1.0 are supported)"},
    {"GET / HTTP/0.9\r\n", 400, "HTTP/0.9 is not supported (HTTP/1.1 and HTTP/1.0 are)"},
    {"GET  / HTTP/1.1\r\n", 400, "the request line \"GET  / HTTP/1.1\""},
    {"GET /  HTTP/1.1\r\n", 400, "the request line \"GET /  HTTP/1.1\""},
    {"GET / HTTP/1.1 \r\n", 400, "the request line \"GET / HTTP/1.1 \""},
    {"GET /a b HTTP/1.1\r\n", 400, "the request target \"/a b\" holds a blank: write %20 for it"},
    {"POST /event?message=build 7 is done HTTP/1.0\r\n", 400,
     "the request target \"/event?message=build 7 is done\" holds a blank: write %20 for it"},
    {"GET HTTP/1.1\r\n", 400, "the request line \"GET HTTP/1.1\" has no version"},
    {"GET\t/ HTTP/1.1\r\n", 400, "the request line holds the byte 0x09 (printable ASCII is allowed)"},
    {"GET /\0 HTTP/1.1\r\n"sv, 400, "the request line holds the byte 0x00 (printable ASCII is allowed)"},
    {"GET /\x7f HTTP/1.1\r\n", 400, "the request line holds the byte 0x7f (printable ASCII is allowed)"},
    {"GET /seven77/eight888\x1f/\x7f HTTP/1.1\r\n", 400,
     "the request line holds the byte 0x1f (printable ASCII is allowed)"},
    {"GET /a/b HTTP/1.1\x7f\r\n", 400, "the request line holds the byte 0x7f (printable ASCII is allowed)"},
    {"GET / http/1.1\r\n", 400, "the version \"http/1.1\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / RTSP/1.0\r\n", 400, "the version \"RTSP/1.0\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / ICE/1.0\r\n", 400, "the version \"ICE/1.0\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / HTTP/1.1x\r\n", 400, "the version \"HTTP/1.1x\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / HTTP/01.1\r\n", 400, "the version \"HTTP/01.1\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / HTTP/11.1\r\n", 400, "the version \"HTTP/11.1\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / HTTP/1.10\r\n", 400, "the version \"HTTP/1.10\" must be HTTP/1.1 or HTTP/1.0"},
    {"GET / HTTP/0.8\r\n", 505, "HTTP/0.8 is not supported"},
    {"GET / HTTP/1.2\r\nHost: h\r\nContent-Length: 1\t\r\nA\tB: c\r\n\r\n", 400, "header line 3"},
    {"GET / HTTP/2.0\r\n", 505, "HTTP/2.0 is not supported"},
    {"GET / HTTP/3\r\n", 505, "HTTP/3 is not supported"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2.0 is not supported (HTTP/1.1 and HTTP/1.0 are)"},
    {"GET /a#b HTTP/1.1\r\n", 400,
     "the request target \"/a#b\" holds a fragment (#), which clients keep to themselves"},
    {"GET /?a#b HTTP/1.1\r\n", 400, "the request target \"/?a#b\" holds a fragment"},
    {"GET * HTTP/1.1\r\n", 400, "the request target * is for OPTIONS only"},
    {"GET metrics HTTP/1.1\r\n", 400, "the request target \"metrics\" must begin with / or http://"},
    {"GET http HTTP/1.1\r\n", 400, "the request target \"http\" must begin with / or http://"},
    {"GET ftp://h/ HTTP/1.1\r\n", 400, "the request target \"ftp://h/\" must begin with / or http://"},
    {"GET http:/metrics HTTP/1.1\r\n", 400, "the request target \"http:/metrics\" must begin with / or http://"},
    {"GET http:///metrics HTTP/1.1\r\n", 400, "the host \"\" of the request target must be a name or an IP address"},
    {"GET http://u@h/ HTTP/1.1\r\n", 400, "the host \"u@h\" of the request target must be a name or an IP address"},
    {"CONNECT / HTTP/1.1\r\n", 400, "the target \"/\" of CONNECT must be host:port"},
    {"GET /%zz HTTP/1.1\r\n", 400,
     "the path holds \"%zz\": a percent sign needs two hexadecimal digits behind it (itself it is %25)"},
    {"GET /ab%4 HTTP/1.1\r\n", 400, "the path holds \"%4\": a percent sign needs two hexadecimal digits"},
    {"GET /%41%?a HTTP/1.1\r\n", 400, "the path holds \"%\": a percent sign needs two hexadecimal digits"},
};

const Case headers[] = {
    {"GET / HTTP/1.1\r\n\r\n", 400, "no Host header (HTTP/1.1 requires one)"},
    {GET "Host: h\r\n\r\n", 400, "two Host headers (exactly one is allowed)"},
    {"GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400, "two Host headers (exactly one is allowed)"},
    {"GET / HTTP/1.1\r\nHost: a b\r\n", 400,
     "the Host header \"a b\" must be a name or an IP address, and perhaps a port"},
    {"GET / HTTP/1.1\r\nHost: a/b\r\n", 400, "the Host header \"a/b\" must be"},
    {"GET / HTTP/1.1\r\nHost: u@a\r\n", 400, "the Host header \"u@a\" must be"},
    {"GET / HTTP/1.1\r\nHost: a, b\r\n", 400, "the Host header \"a, b\" must be"},
    {"GET / HTTP/1.1\r\nHost: a:8o\r\n", 400, "the Host header \"a:8o\" must be"},
    {"GET / HTTP/1.1\r\nHost: a:123456\r\n", 400, "the Host header \"a:123456\" must be"},
    {"GET / HTTP/1.1\r\nHost: :80\r\n", 400, "the Host header \":80\" must be"},
    {"GET / HTTP/1.1\r\nHost: [::1\r\n", 400, "the Host header \"[::1\" must be"},
    {"GET / HTTP/1.1\r\nHost: [::g]\r\n", 400, "the Host header \"[::g]\" must be"},
    {"GET / HTTP/1.1\r\nHost: [::1]x\r\n", 400, "the Host header \"[::1]x\" must be"},
    {"GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n", 400, "the Host header"},
    {"GET / HTTP/1.1\r\n Host: h\r\n", 400, folded},
    {GET "A: b\r\n c\r\n\r\n", 400, folded},
    {GET "A:\r\n\tc\r\n\r\n", 400, folded},
    {GET "Transfer-Encoding:\r\n chunked\r\n\r\n", 400, "Transfer-Encoding \"\" is not supported (only chunked is)"},
    {GET "A: b\r\n \r\n\r\n", 400, folded},
    {GET "A: b\nC: d\r\n\r\n", 400, line_end},
    {GET "A: b\rC: d\r\n\r\n", 400, line_end},
    {GET "X-Abc: \rxTransfer-Encoding: chunked\r\n\r\n", 400, line_end},
    {GET "A: b\r\r\n\r\n", 400, line_end},
    {GET "A: b\r\n\n", 400, line_end},
    {GET "A: b\r\n\r\r\n", 400, line_end},
    {GET "A : b\r\n", 400, "header line 2 has whitespace before its colon (none is allowed)"},
    {GET "A\t: b\r\n", 400, "header line 2 has whitespace before its colon (none is allowed)"},
    {GET "Content-Length : 3\r\n", 400, "header line 2 has whitespace before its colon (none is allowed)"},
    {GET "Transfer-Encoding : chunked\r\n", 400, "header line 2 has whitespace before its colon (none is allowed)"},
    {GET ": b\r\n", 400, "header line 2 has no name before its colon"},
    {GET "A\r\n", 400, "header line 2 has no colon: \"A\""},
    {GET "A B: c\r\n", 400, "header line 2 holds the byte 0x20 in its name (letters, digits and - are allowed)"},
    {GET "A\0: c\r\n"sv, 400, "header line 2 holds the byte 0x00 in its name"},
    {GET "A\xc3\xa4: c\r\n", 400, "header line 2 holds the byte 0xc3 in its name"},
    {GET "A(: c\r\n", 400, "header line 2 holds the byte 0x28 in its name"},
    {GET "A: b\0c\r\n"sv, 400, "the header \"A\" holds the control byte 0x00 (none is allowed)"},
    {GET "A: \x01\r\n", 400, "the header \"A\" holds the control byte 0x01 (none is allowed)"},
    {GET "A: b\x7f\r\n", 400, "the header \"A\" holds the control byte 0x7f (none is allowed)"},
    {GET "Connection: close\x1b[2J\r\n", 400, "the header \"Connection\" holds the control byte 0x1b"},
    {GET "Expect: 200-ok\r\n\r\n", 417, "the Expect header asks for something other than 100-continue"},
    {GET "Expect: 100-continue\r\nExpect: x\r\nContent-Length: 1\r\n\r\n", 417, "the Expect header asks for"},
};

const Case framing[] = {
    {GET "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "two Content-Length headers (one at most is allowed)"},
    {GET "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "two Content-Length headers (one at most is allowed)"},
    {GET "Content-Length: 1, 1\r\n", 400, "Content-Length \"1, 1\" must be one number of bytes in decimal digits"},
    {GET "Content-Length:\r\n\r\n", 400, "Content-Length \"\" must be one number of bytes in decimal digits"},
    {GET "Content-Length: +1\r\n", 400, "Content-Length \"+1\" must be one number"},
    {GET "Content-Length: -1\r\n", 400, "Content-Length \"-1\" must be one number"},
    {GET "Content-Length: 1 1\r\n", 400, "Content-Length \"1 1\" must be one number"},
    {GET "Content-Length: 0x1\r\n", 400, "Content-Length \"0x1\" must be one number"},
    {GET "Content-Length: 1.0\r\n", 400, "Content-Length \"1.0\" must be one number"},
    {GET "Content-Length: \x0b"
         "1\r\n",
     400, "the header \"Content-Length\" holds the control byte 0x0b"},
    {GET "Content-Length: 18446744073709551616\r\n", 400, "Content-Length \"18446744073709551616\" must be one number"},
    {GET "Content-Length: 65537\r\n\r\n", 413, "the body is over 65536 bytes"},
    {GET "Content-Length: 18446744073709551615\r\n\r\n", 413, "the body is over 65536 bytes"},
    {GET "Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n", 413, "the body is over 65536 bytes"},
    {GET "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, both},
    {GET "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400, both},
    {GET "tRANSFER-eNCODING: chunked\r\ncONTENT-lENGTH: 1\r\n\r\n", 400, both},
    {GET "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400,
     "two Transfer-Encoding headers (one at most is allowed)"},
    {GET "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400, "two Transfer-Encoding headers"},
    {GET "Transfer-Encoding: gzip, chunked\r\n", 501,
     "Transfer-Encoding \"gzip, chunked\" is not supported (only chunked is)"},
    {GET "Transfer-Encoding: chunked, gzip\r\n", 400, "Transfer-Encoding \"chunked, gzip\" is not supported"},
    {GET "Transfer-Encoding: chunked, chunked\r\n", 400, "Transfer-Encoding \"chunked, chunked\" is not supported"},
    {GET "Transfer-Encoding: identity\r\n", 400, "Transfer-Encoding \"identity\" is not supported"},
    {GET "Transfer-Encoding: identity, chunked\r\n", 400, "Transfer-Encoding \"identity, chunked\" is not supported"},
    {GET "Transfer-Encoding: xchunked\r\n", 400, "Transfer-Encoding \"xchunked\" is not supported"},
    {GET "Transfer-Encoding: chunked;q=1\r\n", 400, "Transfer-Encoding \"chunked;q=1\" is not supported"},
    {GET "Transfer-Encoding: \"chunked\"\r\n", 400, "Transfer-Encoding \"\\\"chunked\\\"\" is not supported"},
    {GET "Transfer-Encoding:\x0b"
         "chunked\r\n",
     400, "the header \"Transfer-Encoding\" holds the control byte 0x0b"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     "Transfer-Encoding in an HTTP/1.0 request (only HTTP/1.1 has it)"},
    {CHUNKED "\r\n", 400, "the chunk size \"\" must be a number of 1 to 16 hexadecimal digits"},
    {CHUNKED "g\r\n", 400, "the chunk size \"g\" must be a number"},
    {CHUNKED "0x1\r\n", 400, "the chunk size \"0x1\" must be a number"},
    {CHUNKED "+1\r\n", 400, "the chunk size \"+1\" must be a number"},
    {CHUNKED "-1\r\n", 400, "the chunk size \"-1\" must be a number"},
    {CHUNKED " 1\r\n", 400, "the chunk size \" 1\" must be a number"},
    {CHUNKED "1 \r\n", 400, "the chunk size \"1 \" must be a number"},
    {CHUNKED "1 ;a\r\n", 400, "the chunk size \"1 ;a\" must be a number"},
    {CHUNKED "1;a\x01\r\n", 400, "the chunk size \"1;a\\x01\" must be a number"},
    {CHUNKED "00000000000000001\r\n", 400, "the chunk size \"00000000000000001\" must be a number"},
    {CHUNKED "1\nx\r\n0\r\n\r\n", 400, line_end},
    {CHUNKED "1;a\nx\r\n0\r\n\r\n", 400, line_end},
    {CHUNKED "1\r\r\n", 400, line_end},
    {CHUNKED "1\rX\nx\r\n", 400, line_end},
    {CHUNKED "1\r\nxy\r\n", 400, "a chunk is longer than its size says (CR LF is required after it)"},
    {CHUNKED "1\r\nx\n0\r\n\r\n", 400, "a chunk is longer than its size says (CR LF is required after it)"},
    {CHUNKED "1\r\nx0\r\n\r\n", 400, "a chunk is longer than its size says (CR LF is required after it)"},
    {CHUNKED "10001\r\n", 413, "the body is over 65536 bytes"},
    {CHUNKED "1\r\nx\r\n10000\r\n", 413, "the body is over 65536 bytes"},
    {CHUNKED "1\r\nx\r\nffffffffffffffff\r\n", 413, "the body is over 65536 bytes"},
    {CHUNKED "0\r\nA : b\r\n\r\n", 400, "header line 3 has whitespace before its colon (none is allowed)"},
    {CHUNKED "0\r\nA: b\r\n c\r\n\r\n", 400, folded},
    {CHUNKED "0\r\nA: b\n\r\n", 400, line_end},
    {CHUNKED "0\r\n\n", 400, line_end},
    {CHUNKED "0\r\nContent-Length: 3\r\n\r\nabc", 400, "the trailer \"Content-Length\" is not allowed after a body"},
    {CHUNKED "0\r\ntransfer-encoding: chunked\r\n\r\n", 400,
     "the trailer \"transfer-encoding\" is not allowed after a body"},
    {CHUNKED "0\r\n\r\n\x01", 400, "the request begins with the byte 0x01", 1},
    {GET "\r\n" GET "Content-Length: x\r\n", 400, "Content-Length \"x\" must be one number of bytes", 1},
    // What follows a body of the declared length is the next request, whatever it looks like.
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nabc / HTTP/1.1\r\n", 400, "the method \"bc\" must be", 1},
};

void check(const Case& c) {
  CAPTURE(c.bytes);
  const Parsed whole = parse(c.bytes);
  CHECK(whole.status == c.status);
  CHECK_MESSAGE(whole.message.find(c.message) == 0, whole.message);
  CHECK(whole.message.find('\n') == std::string::npos);
  CHECK(whole.requests.size() == c.requests);
  for (std::size_t piece = 1; piece < 8; ++piece) {
    CAPTURE(piece);
    CHECK(parse_in_pieces(c.bytes, piece) == whole);
  }
}

}  // namespace

TEST_CASE("request lines that are not to the letter are refused with a reason") {
  for (const Case& c : request_lines) check(c);
  CHECK(parse("GET  / HTTP/1.1\r\n").message.find(two_spaces) != std::string::npos);
}

TEST_CASE("headers that two servers could read differently are refused with a reason") {
  for (const Case& c : headers) check(c);
}

TEST_CASE("bodies without one clear end are refused with a reason") {
  for (const Case& c : framing) check(c);
}

TEST_CASE("after an error nothing more is taken and the connection is not kept") {
  Parser parser;
  CHECK(parser.feed("HEAD / HTTP/1.1\r\n\r\n").progress == Progress::error);
  CHECK_FALSE(parser.keep_alive());
  CHECK(parser.head());  // so that the reply can leave out its body
  CHECK(parser.started());
  const Fed fed = parser.feed("GET / HTTP/1.0\r\n\r\n");
  CHECK(fed.used == 0);
  CHECK(fed.progress == Progress::error);
  CHECK(parser.error().status == 400);
}

TEST_CASE("an error's reply knows the version of the request") {
  Parser parser;
  CHECK(parser.feed("POST / HTTP/1.0\r\nA : b\r\n").progress == Progress::error);
  CHECK(parser.minor_version() == 0);
  parser.next();
  CHECK(parser.minor_version() == 1);
}

}  // namespace oneshot::http
