// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "integration/loopback.hpp"
#include "integration/net_fixture.hpp"

using oneshot::test::Client;
using oneshot::test::eventually;
using oneshot::test::NetFixture;

namespace {

const std::string get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

bool ends_with(const std::string& text, std::string_view end) { return std::string_view(text).ends_with(end); }
bool starts_with(const std::string& text, std::string_view start) { return text.starts_with(start); }

}  // namespace

TEST_CASE("a connection answers one request after the other") {
  NetFixture server;
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(get);
    const std::string response = client.response();
    CHECK(starts_with(response, "HTTP/1.1 200 OK\r\n"));
    CHECK(ends_with(response, "\r\n\r\nGET /a"));
  }
}

TEST_CASE("pipelined requests are answered in order, a slow one holds back those behind it") {
  NetFixture server;
  Client client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n" + get +
              "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + get);
  CHECK(ends_with(client.response(), "slow"));
  CHECK(ends_with(client.response(), "GET /a"));
  CHECK(ends_with(client.response(), "abc"));
  CHECK(ends_with(client.response(), "GET /a"));
}

TEST_CASE("a request may come byte by byte") {
  NetFixture server;
  Client client(server.port());
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const char c : request) client.send(std::string_view(&c, 1));
  CHECK(ends_with(client.response(), "\r\n\r\nabc"));
}

TEST_CASE("Expect: 100-continue is answered before the body comes") {
  NetFixture server;
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.response(true) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(ends_with(client.response(), "\r\n\r\nabc"));
}

TEST_CASE("what is not HTTP gets a 400 with a reason, then the end") {
  NetFixture server;
  Client client(server.port());
  client.send("nonsense\r\n\r\n");
  const std::string all = client.until_end();
  CHECK(starts_with(all, "HTTP/1.1 400 Bad Request\r\n"));
  CHECK(all.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("requests before a broken one are answered all the same") {
  NetFixture server;
  Client client(server.port());
  client.send(get + "BROKEN\r\n\r\n");
  CHECK(ends_with(client.response(), "GET /a"));
  CHECK(starts_with(client.until_end(), "HTTP/1.1 400 "));
}

TEST_CASE("Connection: close and HTTP/1.0 end the connection after the reply") {
  NetFixture server;
  for (const char* request : {"GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n"}) {
    Client client(server.port());
    client.send(request);
    CHECK(ends_with(client.until_end(), "GET /a"));
  }
}

TEST_CASE("a half-closed client still gets all its replies") {
  NetFixture server;
  Client client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n" + get);
  client.half_close();
  CHECK(ends_with(client.response(), "slow"));
  CHECK(ends_with(client.until_end(), "GET /a"));
}

TEST_CASE("a reply reaches a client that was still sending when it was refused") {
  NetFixture server;
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + std::string(200'000, 'x'));
  CHECK(starts_with(client.response(), "HTTP/1.1 413 "));
}

TEST_CASE("a request that dribbles in is ended with 408 after the header timeout") {
  NetFixture server;
  Client client(server.port());
  client.send("GET /a HTTP/1.1\r\nHo");
  CHECK(starts_with(client.until_end(), "HTTP/1.1 408 "));
}

TEST_CASE("a connection on which nothing comes is ended after the header timeout") {
  NetFixture server;
  Client client(server.port());
  CHECK(client.until_end() == "");
}

TEST_CASE("an idle connection is ended orderly after the idle timeout") {
  NetFixture server;
  Client client(server.port());
  client.send(get);
  client.response();
  CHECK(client.until_end() == "");
}

TEST_CASE("a handler's exception is a 500 and the connection goes on") {
  NetFixture server;
  Client client(server.port());
  client.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n" + get);
  CHECK(starts_with(client.response(), "HTTP/1.1 500 "));
  CHECK(ends_with(client.response(), "GET /a"));
}

TEST_CASE("at max_connections those longest in their header are closed") {
  auto options = NetFixture::quick();
  options.max_connections = 8;
  options.header_timeout = std::chrono::seconds(60);
  options.idle_timeout = std::chrono::seconds(60);
  NetFixture server(options);
  Client working(server.port());
  working.send(get);
  working.response();
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 7; ++i) {
    slow.push_back(std::make_unique<Client>(server.port()));
    slow.back()->send("GET /a HTTP/1.1\r\n");
    REQUIRE(eventually([&] { return server.connections() == i + 2; }));
  }
  const auto came = std::chrono::steady_clock::now();  // who has just come is spared for 250 ms
  REQUIRE(eventually([&] { return std::chrono::steady_clock::now() - came > std::chrono::milliseconds(300); }));
  Client late(server.port());
  late.send(get);
  CHECK(ends_with(late.response(), "GET /a"));
  CHECK(slow.front()->until_end().find("503") != std::string::npos);
  slow.back()->send("Host: h\r\n\r\n");
  CHECK(ends_with(slow.back()->response(), "GET /a"));
  working.send(get);
  CHECK(ends_with(working.response(), "GET /a"));
}

TEST_CASE("when no header is open the longest idle connection is closed") {
  auto options = NetFixture::quick();
  options.max_connections = 4;
  options.idle_timeout = std::chrono::seconds(60);
  NetFixture server(options);
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(std::make_unique<Client>(server.port()));
    idle.back()->send(get);
    idle.back()->response();
  }
  Client late(server.port());
  late.send(get);
  CHECK(ends_with(late.response(), "GET /a"));
}

TEST_CASE("stopping answers what is in flight and ends idle connections") {
  NetFixture server;
  Client busy(server.port());
  Client idle(server.port());
  idle.send(get);
  idle.response();
  busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(eventually([&] { return server.connections() == 2; }));
  std::thread stopping([&] { server.stop(); });
  const std::string reply = busy.response();
  CHECK(ends_with(reply, "slow"));
  CHECK(idle.until_end() == "");
  busy.close();
  idle.close();
  stopping.join();
}

TEST_CASE("stopping waits as long as the stop timeout for a request that does not come to its end, and no longer") {
  auto options = NetFixture::quick();
  options.header_timeout = std::chrono::hours(1);
  options.stop_timeout = std::chrono::milliseconds(300);
  NetFixture server(options);
  Client client(server.port());
  client.send(get + "GET /a HTTP/1.1\r\n");
  client.response();
  const auto before = std::chrono::steady_clock::now();
  server.stop();
  CHECK(std::chrono::steady_clock::now() - before >= options.stop_timeout);
}
