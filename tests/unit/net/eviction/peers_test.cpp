// SPDX-License-Identifier: MIT
#include "net/eviction/peers.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::net {
namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }

TEST_SUITE("peers") {
  TEST_CASE("a peer is one IPv4 address or one IPv6 /64, and a mapped address is IPv4") {
    Peers peers(2, {});
    CHECK(&peers.of(address("10.0.0.7")) == &peers.of(address("::ffff:10.0.0.7")));
    CHECK(&peers.of(address("10.0.0.7")) != &peers.of(address("10.0.0.8")));
    CHECK(&peers.of(address("2001:db8:0:1::1")) == &peers.of(address("2001:db8:0:1:ffff::2")));
    CHECK(&peers.of(address("2001:db8:0:1::1")) != &peers.of(address("2001:db8:0:2::1")));
    CHECK(peer_text(address("10.0.0.7")) == "10.0.0.7");
    CHECK(peer_text(address("2001:db8:0:1::1")) == "2001:db8:0:1::/64");
  }

  TEST_CASE("a peer has a limit, unless there is none or others stand behind it") {
    Peers peers(2, {Network::parse("10.1.0.0/16").value()});
    Peer& peer = peers.of(address("10.0.0.7"));
    peer.add();
    CHECK_FALSE(peers.at_limit(peer));
    peer.add();
    CHECK(peers.at_limit(peer));
    CHECK(peer.crowds(2));
    CHECK_FALSE(peer.crowds(3));
    Peer& proxy = peers.of(address("10.1.2.3"));
    CHECK(&proxy == &peers.of(address("10.1.9.9")));
    for (int i = 0; i < 9; ++i) proxy.add();
    CHECK_FALSE(peers.at_limit(proxy));
    CHECK_FALSE(proxy.crowds(1));
    peers.change(0, {});
    CHECK_FALSE(peers.at_limit(peer));
    CHECK(&peers.of(address("10.1.2.3")) != &proxy);  // for connections from now on
  }

  TEST_CASE("the end of a connection gives its place back") {
    Peers peers(1, {});
    Peer& peer = peers.of(address("10.0.0.7"));
    peer.add();
    peer.remove();
    CHECK(peer.ended() == 1);
    CHECK_FALSE(peers.at_limit(peer));
  }

  TEST_CASE("peers without connections are forgotten, those with some or with newcomers stay where they are") {
    Peers peers(1, {});
    Peer& with_connection = peers.of(address("10.0.0.1"));
    with_connection.add();
    Peer& with_newcomer = peers.of(address("10.0.0.2"));
    with_newcomer.held.push_back({UniqueFd(), address("10.0.0.2")});
    for (int i = 0; i < 10'000; ++i) {
      const std::string text = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250);
      peers.of(address(text));
    }
    CHECK(peers.size() <= 65);
    CHECK(&peers.of(address("10.0.0.1")) == &with_connection);
    CHECK(&peers.of(address("10.0.0.2")) == &with_newcomer);
  }
}

}  // namespace
}  // namespace oneshot::net
