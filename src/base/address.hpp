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

/// An IP address without port. An IPv4-mapped IPv6 address (::ffff:10.0.0.7) is the IPv4 address it stands
/// for, and an IPv6 zone is dropped, so one host has one spelling.
class Address {
 public:
  Address() = default;  ///< 0.0.0.0
  /// "10.0.0.7", "2001:db8::1"; nothing else (no port, no brackets, no name).
  static std::optional<Address> parse(std::string_view text) noexcept;
  /// From a socket's peer; an address family other than IPv4 and IPv6 gives 0.0.0.0.
  static Address from_socket(const sockaddr& peer) noexcept;

  /// Canonical text (RFC 5952 for IPv6).
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_v4() const noexcept { return v4_; }
  /// Whoever can choose among addresses has one site: an IPv6 /64, the least that a network gets (RFC 6177), or an IPv4
  /// address. Different sites have different numbers.
  [[nodiscard]] std::uint64_t site() const noexcept;
  /// "10.0.0.7", "2001:db8:0:1::/64".
  [[nodiscard]] static std::string text_of_site(std::uint64_t site);
  friend bool operator==(const Address&, const Address&) = default;

 private:
  friend class Network;
  std::array<std::uint8_t, 16> bytes_{};  // IPv4 in the first four
  bool v4_ = true;
};

/// A block of addresses such as 10.0.0.0/8; a lone address is a block of one. 0.0.0.0/0 holds all of IPv4 and
/// no IPv6 address, ::/0 the other way round.
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
