// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sockaddr;

namespace oneshot {

/// Where a peer is: an IP address without port, or, at a Unix socket, the user on this machine. An IPv4-mapped IPv6
/// address (::ffff:10.0.0.7) is the IPv4 address it stands for, and an IPv6 zone is dropped, so one host has one
/// spelling.
class Address {
 public:
  Address() = default;  ///< 0.0.0.0
  /// "10.0.0.7", "2001:db8::1"; nothing else (no port, no brackets, no name).
  static std::optional<Address> parse(std::string_view text) noexcept;
  /// From a socket's peer; an address family other than IPv4 and IPv6 gives 0.0.0.0.
  static Address from_socket(const sockaddr& peer) noexcept;
  /// Of the user with this number, who has connected to a Unix socket.
  static Address of_user(std::uint32_t uid) noexcept;

  /// Canonical text (RFC 5952 for IPv6); "unix:1000" of a user.
  [[nodiscard]] std::string text() const;
  /// The user at a Unix socket; nothing for who has an IP address.
  [[nodiscard]] std::optional<std::uint32_t> user() const noexcept;
  /// Whoever can choose among addresses has one site: an IPv6 /64, the least that a network gets (RFC 6177), an IPv4
  /// address, or a user. Different sites have different numbers.
  [[nodiscard]] std::uint64_t site() const noexcept;
  /// "10.0.0.7", "2001:db8:0:1::/64", "unix:1000".
  [[nodiscard]] static std::string text_of_site(std::uint64_t site);
  friend bool operator==(const Address&, const Address&) = default;

 private:
  friend class Network;
  enum class Family : std::uint8_t { v4, v6, user };

  std::array<std::uint8_t, 16> bytes_{};  // an IPv4 address or a user in the first four
  Family family_ = Family::v4;
};

/// A block of addresses such as 10.0.0.0/8; a lone address is a block of one. 0.0.0.0/0 holds all of IPv4 and
/// no IPv6 address, ::/0 the other way round. No block holds a user.
class Network {
 public:
  /// Errors say what is wrong with the text: "10.0.0.0/33: the prefix length of an IPv4 network is 0 to 32".
  static Result<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Network&, const Network&) = default;

 private:
  Address base_;
  unsigned prefix_ = 0;
};

}  // namespace oneshot
