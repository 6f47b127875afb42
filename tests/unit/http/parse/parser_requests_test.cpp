// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

using Lines = std::vector<std::string>;

struct Case {
  const char* what;
  std::string_view bytes;
  Lines requests;
};

const Case cases[] = {
    {"a scrape", "GET /metrics HTTP/1.1\r\nHost: h:8090\r\n\r\n", {"GET /metrics {Host=h:8090}"}},
    {"curl's POST without a body",
     "POST /event?type=test&message=cron_test_manual&seconds=17 HTTP/1.1\r\nHost: h:8090\r\nUser-Agent: curl/7.88.1\r\n"
     "Accept: */*\r\n\r\n",
     {"POST /event ?type=test&message=cron_test_manual&seconds=17 {Host=h:8090} {User-Agent=curl/7.88.1} "
      "{Accept=*/*}"}},
    {"a fixed body",
     "POST /event HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=b",
     {"POST /event {Host=h} {Content-Length=3} <a=b>"}},
    {"a body of length 0",
     "POST /event HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
     {"POST /event {Host=h} {Content-Length=0}"}},
    {"a length with zeros in front and OWS around",
     "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length:   003 \r\n\r\nabc",
     {"POST /e {Host=h} {Content-Length=003} <abc>"}},
    {"a GET with a body",
     "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi",
     {"GET / {Host=h} {Content-Length=2} <hi>"}},
    {"a body that looks like a request",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n",
     {"POST / {Host=h} {Content-Length=18} <GET / HTTP/1.1\r\n\r\n>"}},
    {"a chunked body",
     "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n2\r\n&c\r\n0\r\n\r\n",
     {"POST /e {Host=h} {Transfer-Encoding=chunked} <a=b&c>"}},
    {"a chunk size in capital and in small letters",
     "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
     "Chunked\r\n\r\n0a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n",
     {"POST /e {Host=h} {Transfer-Encoding=Chunked} <01234567890123456789>"}},
    {"line ends inside a chunk",
     "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n",
     {"POST /e {Host=h} {Transfer-Encoding=chunked} <\r\n\r\n>"}},
    {"chunk extensions of all shapes are ignored",
     "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "1;a\r\nx\r\n1;a=b;c=\"d;e\\\"f\"\r\ny\r\n1; a = b\r\nz\r\n0;last\r\n\r\n",
     {"POST /e {Host=h} {Transfer-Encoding=chunked} <xyz>"}},
    {"trailers are read and not added to the headers",
     "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 7\r\nConnection: close\r\n"
     "Host: other\r\nExpect: x\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
     {"POST /e {Host=h} {Transfer-Encoding=chunked} <x>", "GET / {Host=h}"}},
    {"pipelined requests of all kinds",
     "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nxPOST /c "
     "HTTP/1.1\r\nHost: h\r\n"
     "Transfer-Encoding: chunked\r\n\r\n1\r\ny\r\n0\r\n\r\nHEAD /d HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET /a {Host=h}", "POST /b {Host=h} {Content-Length=1} <x>", "POST /c {Host=h} {Transfer-Encoding=chunked} <y>",
      "HEAD /d {Host=h}"}},
    {"empty lines before a request and between two",
     "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET /a {Host=h}", "GET /b {Host=h}"}},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", {"GET / close"}},
    {"HTTP/1.0 that wants to stay",
     "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
     {"GET / {Connection=Keep-Alive}"}},
    {"HTTP/1.0 that says both",
     "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
     {"GET / {Connection=keep-alive, close} close"}},
    {"HTTP/1.1 that leaves",
     "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
     {"GET / {Host=h} {Connection=close} close"}},
    {"close among other options and in the second header",
     "GET / HTTP/1.1\r\nHost: h\r\nConnection: TE\r\nconnection: x , CLOSE\r\n\r\n",
     {"GET / {Host=h} {Connection=TE} {connection=x , CLOSE} close"}},
    {"an option that only begins like close",
     "GET / HTTP/1.1\r\nHost: h\r\nConnection: closed\r\n\r\n",
     {"GET / {Host=h} {Connection=closed}"}},
    {"curl --http2 offers an upgrade that nobody takes",
     "GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
     "AAMAAABk\r\n\r\n"
     "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET /metrics {Host=h} {Connection=Upgrade, HTTP2-Settings} {Upgrade=h2c} {HTTP2-Settings=AAMAAABk}",
      "GET / {Host=h}"}},
    {"an upgrade with a body",
     "POST /e HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nxGET / "
     "HTTP/1.1\r\nHost: h\r\n\r\n",
     {"POST /e {Host=h} {Connection=Upgrade} {Upgrade=websocket} {Content-Length=1} <x>", "GET / {Host=h}"}},
    {"an absolute target",
     "GET http://host:8090/metrics?x=1 HTTP/1.1\r\nHost: other\r\n\r\n",
     {"GET /metrics ?x=1 {Host=other}"}},
    {"an absolute target without a path", "GET HTTPS://[::1]:8090 HTTP/1.1\r\nHost: h\r\n\r\n", {"GET / {Host=h}"}},
    {"an absolute target with a query only", "GET http://h?a=/b HTTP/1.1\r\nHost: h\r\n\r\n", {"GET / ?a=/b {Host=h}"}},
    {"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", {"OPTIONS * {Host=h}"}},
    {"a query with everything in it",
     "GET /?a=/b?c&d=%zz+e HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET / ?a=/b?c&d=%zz+e {Host=h}"}},
    {"an empty query", "GET /? HTTP/1.1\r\nHost: h\r\n\r\n", {"GET / {Host=h}"}},
    {"a path with escapes is decoded and a plus stays",
     "GET /%6detrics+%2F%3f?%6d HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET /metrics+/? ?%6d {Host=h}"}},
    {"slashes in a row and one at the end say nothing",
     "GET //event HTTP/1.1\r\nHost: h\r\n\r\nGET /event/?a=//b/ HTTP/1.1\r\nHost: h\r\n\r\nGET ///-//healthy// "
     "HTTP/1.1\r\nHost: h\r\n\r\nGET // HTTP/1.1\r\nHost: h\r\n\r\nGET http://h//event%2F HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET /event {Host=h}", "GET /event ?a=//b/ {Host=h}", "GET /-/healthy {Host=h}", "GET / {Host=h}",
      "GET /event {Host=h}"}},
    {"a later minor version is answered as 1.1",
     "POST /event?a=1 HTTP/1.2\r\nHost: h\r\nContent-Length: 2\r\n\r\nokM-SEARCH / HTTP/1.9\r\nHost: h\r\n\r\nGET / "
     "HTTP/1.1\r\nHost: h\r\n\r\n",
     {"POST /event ?a=1 {Host=h} {Content-Length=2} <ok>", "M-SEARCH / {Host=h}", "GET / {Host=h}"}},
    {"a tab behind a length or a coding is a blank",
     "POST / HTTP/1.1\r\nHost: h\t\r\nContent-Length:\t2 \t\r\n\r\nokPOST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
     "chunked\t\r\n\r\n2\r\nok\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\t\r\n\r\n",
     {"POST / {Host=h} {Content-Length=2} <ok>", "POST / {Host=h} {Transfer-Encoding=chunked} <ok>",
      "GET / {Host=h} {Connection=close} close"}},
    {"every printable byte in a target",
     "GET /!\"$%25&'()*+,-./09:;<=>@AZ[\\]^_`az{|}~ HTTP/1.1\r\nHost: h\r\n\r\n",
     {"GET /!\"$%&'()*+,-./09:;<=>@AZ[\\]^_`az{|}~ {Host=h}"}},
    {"raw bytes outside ASCII, as curl sends them",
     "POST /caf\xc3\xa9?m=gr\xc3\xb6\xc3\x9f"
     "e HTTP/1.1\r\nHost: h\r\n\r\n",
     {"POST /caf\xc3\xa9 ?m=gr%C3%B6%C3%9Fe {Host=h}"}},
    {"methods that are known but not ours",
     "DELETE /event HTTP/1.1\r\nHost: h\r\n\r\nM-SEARCH / HTTP/1.1\r\nHost: h\r\n\r\n",
     {"DELETE /event {Host=h}", "M-SEARCH / {Host=h}"}},
    {"header values: empty, OWS around, tabs and obs-text inside",
     "GET / HTTP/1.1\r\nHost:\r\nA:\r\nB: \t \r\nC:\t x\ty \t\r\nD: \xff\xc3\xa9\r\n!#$%&'*+-.^_`|~: z\r\n\r\n",
     {"GET / {Host=} {A=} {B=} {C=x\ty} {D=\xff\xc3\xa9} {!#$%&'*+-.^_`|~=z}"}},
    {"the same header twice", "GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nA: 2\r\n\r\n", {"GET / {Host=h} {A=1} {A=2}"}},
    {"hosts of all kinds",
     "GET / HTTP/1.1\r\nHost: 10.0.0.7:1\r\n\r\nGET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\nGET / HTTP/1.1\r\nHost: "
     "a-b_c.example:\r\n\r\n",
     {"GET / {Host=10.0.0.7:1}", "GET / {Host=[2001:db8::1]}", "GET / {Host=a-b_c.example:}"}},
    {"an expectation that HTTP/1.0 does not know",
     "GET / HTTP/1.0\r\nExpect: miracles\r\n\r\n",
     {"GET / {Expect=miracles} close"}},
    {"nothing yet", "GET / HTTP/1.1\r\nHost: h\r\n", {}},
};

}  // namespace

TEST_CASE("well-formed requests are read, however they are cut into pieces") {
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const Parsed whole = parse(c.bytes);
    CAPTURE(whole.message);
    CHECK(whole.status == 0);
    CHECK(whole.requests == c.requests);
    for (std::size_t piece = 1; piece < 8; ++piece) {
      CAPTURE(piece);
      CHECK(parse_in_pieces(c.bytes, piece) == whole);
    }
  }
}

TEST_CASE("the tunnel of a CONNECT is not taken for requests") {
  Parser parser;
  const std::string_view head = "CONNECT host:443 HTTP/1.1\r\nHost: host:443\r\nContent-Length: 5\r\n\r\n";
  const std::string bytes = std::string(head) + "\x16\x03\x01";
  const Fed fed = parser.feed(bytes);
  CHECK(fed.progress == Progress::complete);
  CHECK(fed.used == head.size());
  CHECK(parser.request().method == Method::other);
  CHECK(parser.request().path == "host:443");
  CHECK(parser.request().body.empty());
  CHECK_FALSE(parser.keep_alive());
}

TEST_CASE("methods that handlers know have names of their own") {
  const auto method_of = [](std::string_view bytes) {
    Parser parser;
    REQUIRE(parser.feed(bytes).progress == Progress::complete);
    CHECK(parser.head() == (parser.request().method == Method::head));
    return parser.request().method;
  };
  CHECK(method_of("GET / HTTP/1.0\r\n\r\n") == Method::get);
  CHECK(method_of("POST / HTTP/1.0\r\n\r\n") == Method::post);
  CHECK(method_of("HEAD / HTTP/1.0\r\n\r\n") == Method::head);
  CHECK(method_of("PUT / HTTP/1.0\r\n\r\n") == Method::put);
  CHECK(method_of("DELETE / HTTP/1.0\r\n\r\n") == Method::del);
  CHECK(method_of("OPTIONS / HTTP/1.0\r\n\r\n") == Method::options);
  CHECK(method_of("OPTIONS * HTTP/1.0\r\n\r\n") == Method::options);
  for (const char* const line : {"PATCH /", "PUTX /", "BREW /pot", "GETX /", "DESCRIBE /", "M-SEARCH /", "PRI /"}) {
    CAPTURE(line);
    CHECK(method_of(std::string(line) + " HTTP/1.0\r\n\r\n") == Method::other);
  }
}

TEST_CASE("a request counts as started with its first byte that is no empty line") {
  Parser parser;
  CHECK_FALSE(parser.started());
  parser.feed("\r\n\r");
  CHECK_FALSE(parser.started());
  parser.feed("\nG");
  CHECK(parser.started());
  CHECK(parser.feed("ET / HTTP/1.0\r\n\r\n").progress == Progress::complete);
  parser.next();
  CHECK_FALSE(parser.started());
}

TEST_CASE("a parser with a whole request takes no more until it is asked for the next") {
  Parser parser;
  CHECK(parser.feed("GET /a HTTP/1.0\r\n\r\n").progress == Progress::complete);
  const Fed fed = parser.feed("GET /b HTTP/1.0\r\n\r\n");
  CHECK(fed.used == 0);
  CHECK(fed.progress == Progress::complete);
  CHECK(parser.request().path == "/a");
}

TEST_CASE("lines of a head are found again when a long one behind them makes its buffer move") {
  for (const std::size_t size : {100U, 1000U, 10000U, 30000U}) {
    CAPTURE(size);
    const std::string value(size, 'a');
    Parser parser;
    CHECK(parser.feed("GET /a HT").progress == Progress::need_more);
    CHECK(parser.feed("TP/1.1\r\nHost: h\r\nX: " + value).progress == Progress::need_more);
    REQUIRE(parser.feed("\r\n\r\n").progress == Progress::complete);
    CHECK(parser.request().path == "/a");
    CHECK(parser.request().header("x") == value);
  }
}

TEST_CASE("a request that came whole stays where it was read, and what came in pieces or with a body does not") {
  constexpr std::string_view whole = "POST /event?a=b HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";
  const auto is_of = [](std::string_view part, std::string_view bytes) {
    return part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size();
  };
  Parser parser;
  REQUIRE(parser.feed(whole).progress == Progress::complete);
  const Request& request = parser.request();
  CHECK(request.path.data() == whole.data() + 5);
  CHECK(request.query == "a=b");
  CHECK(is_of(request.header("x"), whole));
  CHECK(request.body.empty());
  parser.next();

  std::string piece(whole.substr(0, 30));
  REQUIRE(parser.feed(piece).progress == Progress::need_more);
  piece.assign(piece.size(), '#');
  REQUIRE(parser.feed(whole.substr(30)).progress == Progress::complete);
  CHECK(described(parser) == "POST /event ?a=b {Host=h} {X=y}");
  CHECK_FALSE(is_of(request.path, whole));
  parser.next();

  std::string head = "POST /event?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n";
  REQUIRE(parser.feed(head).progress == Progress::need_more);
  head.assign(head.size(), '#');
  REQUIRE(parser.feed("c=d").progress == Progress::complete);
  CHECK(described(parser) == "POST /event ?a=b {Host=h} {Content-Length=3} <c=d>");
}

}  // namespace oneshot::http
