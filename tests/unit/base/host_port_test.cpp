// SPDX-License-Identifier: MIT
#include "base/host_port.hpp"

#include <doctest/doctest.h>

#include <string>

using oneshot::HostPort;

TEST_CASE("an address to listen at is a host and a port") {
  struct Row {
    const char* text;
    const char* host;
    int port;
  };
  for (const Row& row : {Row{"127.0.0.1:8091", "127.0.0.1", 8091}, Row{"[::1]:8091", "::1", 8091},
                         Row{"[fe80::1%eth0]:1", "fe80::1%eth0", 1}, Row{":0", "::", 0},
                         Row{"events.example:65535", "events.example", 65535}}) {
    CAPTURE(row.text);
    const auto parsed = HostPort::parse(row.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->host == row.host);
    CHECK(parsed->port == row.port);
  }
}

TEST_CASE("what is no address with a port is refused, with what to write") {
  for (const char* text :
       {"", ":", "8091", "127.0.0.1", "::1:8091", "[::1]", "[::1]8091", "[]:1", "[events]:1", "h:65536", "h:-1", "h: 1",
        "h:1 ", "http://h:1", "a b:1", "h:1/", "unix:/run/x", "[::1:8091"}) {
    CAPTURE(text);
    const auto parsed = HostPort::parse(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error() ==
          "must be an address and a port from 0 to 65535, such as \"127.0.0.1:8091\", \"[::1]:8091\", or \":8091\" for "
          "all addresses");
  }
}
