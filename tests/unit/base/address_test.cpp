// SPDX-License-Identifier: MIT
#include "base/address.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

using namespace oneshot;

namespace {

std::string canonical(std::string_view text) {
  const auto address = Address::parse(text);
  REQUIRE(address);
  return address->text();
}

bool holds(std::string_view network, std::string_view address) {
  const auto parsed = Network::parse(network);
  REQUIRE(parsed);
  return parsed->contains(Address::parse(address).value());
}

}  // namespace

TEST_CASE("an address has one spelling") {
  CHECK(canonical("10.0.0.7") == "10.0.0.7");
  CHECK(canonical("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(canonical("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(canonical("2001:db8::1:0:0:1") == "2001:db8::1:0:0:1");
  CHECK(canonical("::") == "::");
  CHECK(canonical("::ffff:10.0.0.7") == "10.0.0.7");
  CHECK(canonical("::FFFF:a00:7") == "10.0.0.7");
  CHECK(canonical("fe80::1%eth0") == "fe80::1");
  CHECK(Address::parse("::ffff:10.0.0.7") == Address::parse("10.0.0.7"));
  CHECK(Address().text() == "0.0.0.0");
}

TEST_CASE("what is no bare IP address is refused") {
  for (const char* const text : {"",
                                 " ",
                                 "10.0.0",
                                 "10.0.0.256",
                                 "010.0.0.1",
                                 "10.0.0.7 ",
                                 " 10.0.0.7",
                                 "10.0.0.7:80",
                                 "10.0.0.7/8",
                                 "10.0.0.7%eth0",
                                 "0x0a.0.0.7",
                                 "1",
                                 "[::1]",
                                 ":::",
                                 "::1::",
                                 "1:2:3:4:5:6:7:8:9",
                                 "12345::",
                                 "fe80::1%",
                                 "localhost",
                                 "unknown",
                                 "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"}) {
    CAPTURE(text);
    CHECK_FALSE(Address::parse(text));
  }
  CHECK_FALSE(Address::parse(std::string_view("10.0.0.7\0", 9)));
}

TEST_CASE("a socket's peer gives its address without port and zone") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(4711);
  REQUIRE(::inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr) == 1);
  CHECK(Address::from_socket(reinterpret_cast<const sockaddr&>(v4)) == Address::parse("192.0.2.1"));

  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_scope_id = 3;
  REQUIRE(::inet_pton(AF_INET6, "fe80::7", &v6.sin6_addr) == 1);
  CHECK(Address::from_socket(reinterpret_cast<const sockaddr&>(v6)).text() == "fe80::7");
  REQUIRE(::inet_pton(AF_INET6, "::ffff:192.0.2.1", &v6.sin6_addr) == 1);
  CHECK(Address::from_socket(reinterpret_cast<const sockaddr&>(v6)).text() == "192.0.2.1");

  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  CHECK(Address::from_socket(reinterpret_cast<const sockaddr&>(local)) == Address());
}

TEST_CASE("the number of a site is an address again, for people") {
  const auto text = [](std::string_view address) { return Address::text_of_site(Address::parse(address)->site()); };
  CHECK(text("10.0.0.7") == "10.0.0.7");
  CHECK(text("255.255.255.255") == "255.255.255.255");
  CHECK(text("2001:db8:0:1:2:3:4:5") == "2001:db8:0:1::/64");
}

TEST_CASE("a site is an IPv4 address or an IPv6 /64") {
  const auto site = [](std::string_view text) { return Address::parse(text)->site(); };
  CHECK(site("2001:db8::1") == site("2001:db8::ffff:ffff:ffff:ffff"));
  CHECK(site("2001:db8::1") != site("2001:db8:0:1::1"));
  CHECK(site("10.0.0.7") == site("::ffff:10.0.0.7"));
  CHECK(site("10.0.0.7") != site("10.0.0.8"));
  CHECK(site("10.0.0.7") != site("a00:7::1"));
  CHECK(site("0.0.0.0") != site("::1"));
}

TEST_CASE("a network holds the addresses that share its prefix") {
  CHECK(holds("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  CHECK(holds("192.0.2.128/25", "192.0.2.128"));
  CHECK_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  CHECK(holds("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(holds("192.0.2.7", "192.0.2.6"));
  CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(holds("::1/128", "::1"));
  CHECK(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST_CASE("IPv4 and IPv6 networks do not hold each other's addresses") {
  CHECK(holds("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(holds("0.0.0.0/0", "::1"));
  CHECK(holds("::/0", "2001:db8::1"));
  CHECK_FALSE(holds("::/0", "203.0.113.9"));
  CHECK_FALSE(holds("::/0", "::ffff:203.0.113.9"));
}

TEST_CASE("the user at a Unix socket has an address that no network holds and no text gives") {
  const Address user = Address::of_user(1000);
  CHECK(user.text() == "unix:1000");
  CHECK(user.user() == 1000U);
  CHECK(Address::text_of_site(user.site()) == "unix:1000");
  CHECK(user == Address::of_user(1000));
  CHECK(user != Address::of_user(1001));
  CHECK(user.site() != Address::of_user(1001).site());
  CHECK(user != Address::parse("0.0.3.232").value());
  CHECK(user.site() != Address::parse("0.0.3.232")->site());
  CHECK_FALSE(Address::parse("unix:1000"));
  CHECK_FALSE(Address::parse("127.0.0.1")->user());
  CHECK_FALSE(Network::parse("0.0.0.0/0")->contains(user));
  CHECK_FALSE(Network::parse("::/0")->contains(user));
  CHECK(Address::of_user(0xFFFFFFFE).text() == "unix:4294967294");
}

TEST_CASE("a network has one spelling, without bits of the host") {
  const auto text = [](std::string_view network) { return Network::parse(network).value().text(); };
  CHECK(text("10.0.0.7/8") == "10.0.0.0/8");
  CHECK(text("10.0.0.7/31") == "10.0.0.6/31");
  CHECK(text("10.0.0.7") == "10.0.0.7/32");
  CHECK(text("2001:db8:ffff::/35") == "2001:db8:e000::/35");
  CHECK(text("::1") == "::1/128");
  CHECK(text("::ffff:10.0.0.0/104") == "10.0.0.0/8");
  CHECK(text("::ffff:10.0.0.7") == "10.0.0.7/32");
  CHECK(Network::parse("10.9.9.9/8").value() == Network::parse("10.0.0.0/8").value());
}

TEST_CASE("the error says what is wrong with a network") {
  const auto error = [](std::string_view network) { return Network::parse(network).error(); };
  CHECK(error("10.0.0.0/33") == "10.0.0.0/33: the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("10.0.0.0/") == "10.0.0.0/: the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("10.0.0.0/+8") == "10.0.0.0/+8: the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("10.0.0.0/8 ") == "10.0.0.0/8 : the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("10.0.0.0/255.0.0.0") == "10.0.0.0/255.0.0.0: the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("10.0.0.0/99999999999") == "10.0.0.0/99999999999: the prefix length of an IPv4 network is 0 to 32");
  CHECK(error("::/129") == "::/129: the prefix length of an IPv6 network is 0 to 128");
  CHECK(error("::ffff:10.0.0.0/8") == "::ffff:10.0.0.0/8: the prefix length of an IPv4-mapped network is 96 to 128");
  const std::string must = ": must be an IP address or a network such as 10.0.0.0/8 or 2001:db8::/32";
  CHECK(error("example.org/8") == "example.org/8" + must);
  CHECK(error("") == must);
  CHECK(error("a\nb") == "a\\nb" + must);
}
