// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/loopback.hpp"
#include "integration/net_fixture.hpp"

// What large requests have of the memory budget (max_memory_mib), as connections borrow from it and give back.

using oneshot::test::Client;
using oneshot::test::eventually;
using oneshot::test::NetFixture;

namespace {

constexpr std::size_t mib = 1024 * 1024;

/// So many bytes of a body have all that requests may have of 1 MiB: three quarters, and what each connection has for
/// itself. What is not given back shows in the next request.
constexpr std::size_t all = 768 * 1024 + 16 * 1024 - 256;

oneshot::net::Options small_budget() {
  auto options = NetFixture::quick();
  options.max_memory_mib = 1;
  return options;
}

std::string head(std::size_t size, std::string_view path = "/large") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

std::string chunked_head() { return "POST /large HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"; }

bool is_ok(const std::string& response) { return response.starts_with("HTTP/1.1 200 OK\r\n"); }

/// Whether a body is taken for which all of the budget has to be there.
bool all_is_there(NetFixture& server) {
  Client client(server.port());
  client.send(head(all));
  client.send(std::string(all, 'b'));
  return is_ok(client.response());
}

}  // namespace

TEST_CASE("a path with a larger limit takes a body of 1 MiB, in one piece and in chunks") {
  NetFixture server;
  Client client(server.port());
  client.send(head(mib, "/large/slow"));
  client.send(std::string(mib, 'b'));
  CHECK(client.response().ends_with("\r\n\r\n1048576"));
  client.send("POST /large/slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 16; ++i) client.send("10000\r\n" + std::string(mib / 16, 'c') + "\r\n");
  client.send("0\r\n\r\n");
  CHECK(client.response().ends_with("\r\n\r\n1048576"));
  client.send(head(mib + 1));
  CHECK(client.until_end().find("the body is over 1048576 bytes\n") != std::string::npos);
}

TEST_CASE("other paths keep the limit of 64 KiB") {
  NetFixture server;
  Client client(server.port());
  client.send(head(64 * 1024 + 1, "/echo"));
  CHECK(client.until_end().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("over the budget a large body is 503 with Retry-After: 1, and small requests go on") {
  auto options = small_budget();
  options.header_timeout = std::chrono::seconds(20);  // as the first one's body has to arrive whole
  NetFixture server(options);
  Client first(server.port());
  first.send(head(all, "/large/slow") + std::string(all - 1, 'b'));
  Client second(server.port());
  CHECK(eventually([&] { return server.memory.used() > 760 * 1024; }));  // the first one's is there
  second.send(head(64 * 1024 + 1));
  const std::string refused = second.until_end();
  CHECK(refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(refused.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  CHECK(refused.ends_with("\r\n\r\nserver.max_memory_mib is used up by other connections\n"));
  Client small(server.port());
  small.send(head(15 * 1024, "/large") + std::string(15 * 1024, 's'));
  CHECK(is_ok(small.response()));
  first.send("b");
  CHECK(first.response().ends_with("\r\n\r\n" + std::to_string(all)));
  CHECK(all_is_there(server));
}

TEST_CASE("a client that waits for 100 Continue is refused before it sends its body") {
  NetFixture server(small_budget());
  Client first(server.port());
  first.send("POST /large HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(all) +
             "\r\n\r\n");
  CHECK(first.response(true) == "HTTP/1.1 100 Continue\r\n\r\n");
  first.send(std::string(all - 1, 'b'));
  CHECK(eventually([&] { return server.memory.used() > 600 * 1024; }));
  Client second(server.port());
  second.send("POST /large HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n");
  CHECK(second.until_end().starts_with("HTTP/1.1 503 "));
}

TEST_CASE("however a request ends, the memory of its body is there for the next one") {
  struct Row {
    std::string what;
    std::function<void(Client&)> ends;
  };
  const std::string begun = head(all) + std::string(100'000, 'b');
  const std::string chunk = "c0000\r\n" + std::string(0xc0000, 'c') + "\r\n";
  const std::vector<Row> rows{
      {"answered",
       [&](Client& c) {
         c.send(head(all) + std::string(all, 'b'));
         CHECK(is_ok(c.response()));
       }},
      {"the handler threw",
       [&](Client& c) {
         c.send(head(all, "/large/throw") + std::string(all, 'b'));
         CHECK(c.response().starts_with("HTTP/1.1 500 "));
       }},
      {"the client left the body unfinished",
       [&](Client& c) {
         c.send(begun);
         c.half_close();
         c.until_end();
       }},
      {"the client closed",
       [&](Client& c) {
         c.send(begun);
         c.close();
       }},
      {"the client reset",
       [&](Client& c) {
         c.send(begun);
         c.reset();
       }},
      {"the client reset while its handler was waiting",
       [&](Client& c) {
         c.send(head(all, "/large/slow") + std::string(all, 'b'));
         c.reset();
       }},
      {"the body did not arrive in time",
       [&](Client& c) {
         c.send(begun);
         CHECK(c.until_end().starts_with("HTTP/1.1 408 "));
       }},
      {"a chunk was wrong",
       [&](Client& c) {
         c.send(chunked_head() + chunk + "x\r\n");
         CHECK(c.until_end().starts_with("HTTP/1.1 400 "));
       }},
      {"the chunks were too large",
       [&](Client& c) {
         c.send(chunked_head() + chunk + chunk);
         CHECK(c.until_end().starts_with("HTTP/1.1 413 "));
       }},
      {"a trailer was wrong",
       [&](Client& c) {
         c.send(chunked_head() + chunk + "0\r\nA : b\r\n\r\n");
         CHECK(c.until_end().starts_with("HTTP/1.1 400 "));
       }},
      {"the next request was wrong",
       [&](Client& c) {
         c.send(head(all) + std::string(all, 'b') + "x\r\n\r\n");
         CHECK(c.until_end().find("\r\n\r\nPOST /largeHTTP/1.1 400 ") != std::string::npos);
       }},
  };
  NetFixture server(small_budget());
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Client client(server.port());
    row.ends(client);
    CHECK(eventually([&] { return all_is_there(server); }));
  }
}

TEST_CASE("a connection that stays half-closed after its error holds no memory") {
  NetFixture server(small_budget());
  Client late(server.port());
  late.send(head(all) + "begun");
  CHECK(late.read_some(12) == 12);  // 408; our end stays open
  CHECK(all_is_there(server));
}

TEST_CASE("a connection that makes room for a newer one gives its body's memory back") {
  auto options = small_budget();
  options.max_connections = 1;
  options.header_timeout = std::chrono::seconds(20);
  NetFixture server(options);
  Client slow(server.port());
  slow.send(head(all) + "begun");
  CHECK(eventually([&] { return server.connections() == 1; }));
  CHECK(all_is_there(server));
  CHECK(slow.until_end().starts_with("HTTP/1.1 503 "));
}

TEST_CASE("a reload changes the budget for the bodies that come") {
  NetFixture server(small_budget());
  Client first(server.port());
  first.send(head(all, "/large/slow") + std::string(all - 1, 'b'));
  auto larger = small_budget();
  larger.max_memory_mib = 2;
  server.change(larger);
  CHECK(all_is_there(server));
  first.send("b");
  CHECK(is_ok(first.response()));
}

TEST_CASE("a server that stops in the middle of large bodies ends them") {
  NetFixture server(small_budget());
  Client slow(server.port());
  slow.send(head(all) + "begun");
  CHECK(eventually([&] { return server.connections() == 1; }));
  server.stop();
  CHECK(server.connections() == 0);
}
