// SPDX-License-Identifier: MIT
// What became of a reply, seen through a real kernel: each row of the table in docs/delivery.md.
#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>
#include <thread>

#include "integration/loopback.hpp"
#include "integration/net_fixture.hpp"

namespace delivery = oneshot::delivery;
using oneshot::test::Client;
using oneshot::test::eventually;
using oneshot::test::NetFixture;

namespace {

constexpr std::size_t small = 16'384;
constexpr std::size_t large = 20'000'000;

std::string batch(std::size_t size, int timeout_ms = 10'000) {
  return "GET /batch?" + std::to_string(size) + " HTTP/1.1\r\nHost: h\r\nX-Timeout-Ms: " + std::to_string(timeout_ms) +
         "\r\n\r\n";
}

const std::string get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string ask = "GET /ask HTTP/1.1\r\nHost: h\r\n\r\n";

oneshot::net::Options patient() {
  auto options = NetFixture::quick();
  options.idle_timeout = std::chrono::seconds(60);
  return options;
}

std::string ask_about(NetFixture& server) {
  REQUIRE(eventually([&] { return server.outcomes.transfer() != nullptr; }));
  Client other(server.port());
  other.send(ask);
  const std::string response = other.response();
  return response.substr(response.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("the next request on the connection means delivered, before that request is handled") {
  for (const std::size_t size : {small, large}) {
    CAPTURE(size);
    NetFixture server(patient());
    Client client(server.port());
    client.send(batch(size));
    CHECK(client.response().size() > size);
    CHECK(server.outcomes.all().empty());
    client.send(get);
    client.response();
    CHECK(server.outcomes.all() == std::vector{delivery::Outcome::delivered});
  }
}

TEST_CASE("an orderly end after reading all means delivered") {
  for (const std::size_t size : {small, large}) {
    CAPTURE(size);
    NetFixture server(patient());
    Client client(server.port());
    client.send(batch(size));
    client.response();
    client.close();
    CHECK(server.settled_as({delivery::Outcome::delivered}));
  }
}

TEST_CASE("closing with data unread means not delivered") {
  NetFixture server(patient());
  for (const std::size_t read : {0u, 100u, 4096u, 8192u}) {
    CAPTURE(read);
    const std::size_t before = server.outcomes.all().size();
    Client client(server.port());
    client.send(batch(small));
    if (read > 0) client.read_some(read);
    REQUIRE(eventually([&] { return server.outcomes.transfer() != nullptr; }));
    client.close();
    REQUIRE(eventually([&] { return server.outcomes.all().size() > before; }));
    CHECK(server.outcomes.all().back() != delivery::Outcome::delivered);
  }
}

TEST_CASE("a reset, at the start or in the middle of a large body, means not delivered") {
  NetFixture server(patient());
  for (const std::size_t read : {1u, 100'000u, 10'000'000u}) {
    CAPTURE(read);
    const std::size_t before = server.outcomes.all().size();
    Client client(server.port());
    client.send(batch(large));
    for (std::size_t done = 0; done < read; done += 100'000) client.read_some(100'000);
    client.reset();
    REQUIRE(eventually([&] { return server.outcomes.all().size() > before; }));
    CHECK(server.outcomes.all().back() != delivery::Outcome::delivered);
  }
}

TEST_CASE("a client that half-closed and reads all is delivered") {
  NetFixture server(patient());
  Client client(server.port());
  client.send(batch(large));
  client.half_close();
  CHECK(client.until_end().size() > large);
  client.close();
  CHECK(server.settled_as({delivery::Outcome::delivered}));
}

TEST_CASE("a reader too slow for the deadline is reset, and not delivered") {
  NetFixture server(patient());
  Client client(server.port(), 4096);
  client.send(batch(large, 200));
  CHECK(server.settled_as({delivery::Outcome::timed_out}));
  CHECK(client.was_reset());
}

TEST_CASE("silence past the deadline stays undecided while all is acknowledged, and the connection lives") {
  NetFixture server(patient());
  Client client(server.port());
  client.send(batch(small, 100));
  client.response();
  Client other(server.port());
  other.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");  // takes 200 ms, so the deadline is over afterwards
  other.response();
  CHECK(server.outcomes.all().empty());
  client.send(get);
  CHECK(client.response().ends_with("GET /a"));
  CHECK(server.outcomes.all() == std::vector{delivery::Outcome::delivered});
}

TEST_CASE("the idle timeout sends our end, and an orderly answer means delivered") {
  NetFixture server;
  Client client(server.port());
  client.send(batch(small));
  client.response();
  CHECK(client.until_end() == "");
  client.close();
  CHECK(server.settled_as({delivery::Outcome::delivered}));
}

TEST_CASE("Connection: close delivers with the client's end") {
  NetFixture server(patient());
  Client client(server.port());
  client.send("GET /batch?16384 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(client.until_end().size() > small);
  client.close();
  CHECK(server.settled_as({delivery::Outcome::delivered}));
}

TEST_CASE("a pipelined request proves nothing about the reply before it") {
  NetFixture server(patient());
  Client client(server.port());
  client.send(batch(small) + batch(small));
  client.response();
  CHECK(client.response().ends_with("pipelined"));
  CHECK(server.outcomes.all().empty());
  SUBCASE("but a later request does") {
    client.send(get);
    client.response();
    CHECK(server.outcomes.all() == std::vector{delivery::Outcome::delivered});
  }
  SUBCASE("and a reset still undoes it") {
    client.reset();
    CHECK(server.settled_as({delivery::Outcome::unconfirmed}));
  }
}

TEST_CASE("a newer scrape takes a silent, wholly acknowledged transfer for delivered") {
  NetFixture server(patient());
  Client client(server.port());
  client.send(batch(small));
  client.response();
  CHECK(ask_about(server) == "settled");
  CHECK(server.outcomes.all() == std::vector{delivery::Outcome::delivered});
  client.send(get);
  CHECK(client.response().ends_with("GET /a"));
}

TEST_CASE("a newer scrape resets a transfer that nobody reads") {
  NetFixture server(patient());
  Client client(server.port(), 4096);
  client.send(batch(large));
  // The first bytes are still acknowledged: under way. Once the receive buffer is full, nothing moves any more.
  CHECK(eventually([&] { return ask_about(server) == "settled"; }));
  CHECK(server.outcomes.all() == std::vector{delivery::Outcome::truncated});
  CHECK(client.was_reset());
}

TEST_CASE("a newer scrape leaves a transfer alone that is being read") {
  NetFixture server(patient());
  Client client(server.port());
  client.send("GET /batch?20000000 HTTP/1.1\r\nHost: h\r\nX-Timeout-Ms: 120000\r\nConnection: close\r\n\r\n");
  std::atomic<bool> answered = false;
  std::size_t got = 0;
  std::thread reading([&] {
    for (std::size_t n = 1; n > 0; got += n) {
      if (!answered) ::poll(nullptr, 0, 1);  // so that it takes longer than the question
      n = client.read_some(16'384);
    }
  });
  CHECK(ask_about(server) == "under way");
  answered = true;
  reading.join();
  CHECK(got > large);
  client.close();
  CHECK(server.settled_as({delivery::Outcome::delivered}));
}

TEST_CASE("a newer scrape learns that the older connection was closed unread") {
  NetFixture server(patient());
  Client client(server.port());
  client.send(batch(small));
  client.read_some(100);
  client.close();
  CHECK(ask_about(server) == "settled");
  CHECK(server.outcomes.all() == std::vector{delivery::Outcome::unconfirmed});
}

TEST_CASE("stopping delivers what is acknowledged") {
  NetFixture server(patient());
  Client client(server.port());
  client.send(batch(small));
  client.response();
  std::thread stopping([&] { server.stop(); });
  CHECK(client.until_end() == "");
  client.close();
  stopping.join();
  CHECK(server.outcomes.all() == std::vector{delivery::Outcome::delivered});
}
