// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include <doctest/doctest.h>

#include <string>

using oneshot::Url;
using oneshot::without_user;

namespace {

std::string fault(const char* text) {
  const auto url = Url::parse(text);
  return url ? "none" : url.error();
}

}  // namespace

TEST_CASE("a URL is taken apart") {
  const auto url = Url::parse("http://prom-a.example:9090/prometheus/");
  REQUIRE(url.has_value());
  CHECK(url->host == "prom-a.example");
  CHECK(url->port == 9090);
  CHECK(url->prefix == "/prometheus");
  CHECK(url->authority() == "prom-a.example:9090");
}

TEST_CASE("port and prefix may be left out") {
  const auto url = Url::parse("HTTP://prometheus");
  REQUIRE(url.has_value());
  CHECK(url->host == "prometheus");
  CHECK(url->port == 80);
  CHECK(url->prefix.empty());
  CHECK(url->authority() == "prometheus");
  CHECK(Url::parse("http://h/")->prefix.empty());
  CHECK(Url::parse("http://h:9090")->port == 9090);
}

TEST_CASE("an IPv6 address stands in brackets") {
  const auto url = Url::parse("http://[::1]:9090/a");
  REQUIRE(url.has_value());
  CHECK(url->host == "::1");
  CHECK(url->authority() == "[::1]:9090");
  CHECK(url->prefix == "/a");
}

TEST_CASE("https is not there yet, and the error says what to do") {
  CHECK(fault("https://prom-a").find("TLS") != std::string::npos);
  CHECK(fault("https://prom-a").find("local proxy") != std::string::npos);
}

TEST_CASE("what is no such URL") {
  for (const char* const text : {"",
                                 "prom-a:9090",
                                 "ftp://h",
                                 "http://",
                                 "http://:9090",
                                 "http://h:",
                                 "http://h:0",
                                 "http://h:65536",
                                 "http://h:9x",
                                 "http://u:p@h",
                                 "http://h?q=1",
                                 "http://h/a?q=1",
                                 "http://h/a#b",
                                 "http://h/a b",
                                 "http://h/\r\nX: y",
                                 "http://[::1",
                                 "http://[]",
                                 "http://h\xC3\xA9",
                                 "http:/h",
                                 "http://[::1]x"}) {
    CHECK_MESSAGE(fault(text) != "none", text);
  }
}

TEST_CASE("a message about a URL shows no user and no password") {
  CHECK(without_user("http://bob:geheim@p:9090/x") == "http://***@p:9090/x");
  CHECK(without_user("nats://bob:ge/h@eim@n1,nats://a:b@n2:4222") == "nats://***@n2:4222");
  CHECK(without_user("bob:geheim@p:9090") == "***@p:9090");
  CHECK(without_user("http://p:9090/x") == "http://p:9090/x");
  CHECK(without_user("bob@example.com") == "bob@example.com");
  CHECK(without_user("") == "");
}
