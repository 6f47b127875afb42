// SPDX-License-Identifier: MIT
#include "base/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace oneshot {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned mapped_bits = 96;

bool is_mapped(const std::array<std::uint8_t, 16>& bytes) noexcept {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

/// An IPv4-mapped address becomes its last four bytes; true if it was one.
bool unmap(std::array<std::uint8_t, 16>& bytes) noexcept {
  if (!is_mapped(bytes)) return false;
  std::copy_n(bytes.begin() + 12, 4, bytes.begin());
  std::fill(bytes.begin() + 4, bytes.end(), std::uint8_t{0});
  return true;
}

/// The first `length` bytes as a number, the most significant byte first.
std::uint64_t read_number(const std::array<std::uint8_t, 16>& bytes, std::size_t length) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < length; ++i) number = number << 8 | bytes[i];
  return number;
}

void write_number(std::array<std::uint8_t, 16>& bytes, std::uint64_t number, std::size_t length) noexcept {
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(number >> 8 * (length - 1 - i));
}

/// Whether the first bits of both are the same.
bool same_prefix(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) noexcept {
  const std::size_t whole = bits / 8;
  if (!std::equal(a, a + whole, b)) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

// An IPv4 address takes the number of a /64 out of 0000::/8, which is never given to a network (RFC 4291 2.4), and so
// does a user.
constexpr std::uint64_t v4_sites = 0x0000'FFFF'0000'0000;
constexpr std::uint64_t user_sites = 0x0000'FFFE'0000'0000;
constexpr std::uint64_t among_sites = 0xFFFF'FFFF'0000'0000;

}  // namespace

std::optional<Address> Address::parse(std::string_view text) noexcept {
  Address address;
  const bool v4 = text.find(':') == std::string_view::npos;
  if (!v4) {
    const auto zone = text.find('%');
    if (zone != std::string_view::npos && zone + 1 == text.size()) return std::nullopt;
    text = text.substr(0, zone);
  }
  // inet_pton wants a terminated string, and would stop at a zero byte of the client's.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  if (::inet_pton(v4 ? AF_INET : AF_INET6, terminated.data(), address.bytes_.data()) != 1) return std::nullopt;
  if (!v4 && !unmap(address.bytes_)) address.family_ = Family::v6;
  return address;
}

Address Address::from_socket(const sockaddr& peer) noexcept {
  Address address;
  // memcpy, since the caller's storage need not be of the type that its family says.
  if (peer.sa_family == AF_INET) {
    std::memcpy(address.bytes_.data(), reinterpret_cast<const char*>(&peer) + offsetof(sockaddr_in, sin_addr),
                sizeof(in_addr));
  } else if (peer.sa_family == AF_INET6) {
    std::memcpy(address.bytes_.data(), reinterpret_cast<const char*>(&peer) + offsetof(sockaddr_in6, sin6_addr),
                sizeof(in6_addr));
    if (!unmap(address.bytes_)) address.family_ = Family::v6;
  }
  return address;
}

Address Address::of_user(std::uint32_t uid) noexcept {
  Address address;
  address.family_ = Family::user;
  write_number(address.bytes_, uid, 4);
  return address;
}

std::string Address::text() const {
  if (const auto uid = user()) return "unix:" + std::to_string(*uid);
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  return ::inet_ntop(family_ == Family::v4 ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size());
}

std::optional<std::uint32_t> Address::user() const noexcept {
  if (family_ != Family::user) return std::nullopt;
  return static_cast<std::uint32_t>(read_number(bytes_, 4));
}

std::uint64_t Address::site() const noexcept {
  switch (family_) {
    case Family::v4:
      return v4_sites | read_number(bytes_, 4);
    case Family::user:
      return user_sites | read_number(bytes_, 4);
    case Family::v6:
      break;
  }
  return read_number(bytes_, 8);
}

std::string Address::text_of_site(std::uint64_t site) {
  if ((site & among_sites) == user_sites) return of_user(static_cast<std::uint32_t>(site)).text();
  Address address;
  if ((site & among_sites) == v4_sites) {
    write_number(address.bytes_, site, 4);
    return address.text();
  }
  address.family_ = Family::v6;
  write_number(address.bytes_, site, 8);
  return address.text() + "/64";
}

Result<Network> Network::parse(std::string_view text) {
  const auto fail = [text](std::string_view why) { return Unexpected{printable(text) + ": " + std::string(why)}; };
  const auto slash = text.find('/');
  const auto address_text = text.substr(0, slash);
  const auto address = Address::parse(address_text);
  if (!address) return fail("must be an IP address or a network such as 10.0.0.0/8 or 2001:db8::/32");

  Network network;
  network.base_ = *address;
  const bool v4 = address->family_ == Address::Family::v4;
  const bool mapped = v4 && address_text.find(':') != std::string_view::npos;
  const unsigned longest = v4 && !mapped ? 32 : 128;
  network.prefix_ = longest;
  if (slash != std::string_view::npos) {
    const auto prefix = parse_whole_number(text.substr(slash + 1));
    if (mapped && (!prefix || *prefix < mapped_bits || *prefix > longest)) {
      return fail("the prefix length of an IPv4-mapped network is 96 to 128");
    }
    if (!prefix || *prefix > longest) {
      return fail(v4 ? "the prefix length of an IPv4 network is 0 to 32"
                     : "the prefix length of an IPv6 network is 0 to 128");
    }
    network.prefix_ = static_cast<unsigned>(*prefix);
  }
  if (mapped) network.prefix_ -= mapped_bits;

  // Bits of the host are of no use: 10.0.0.7/8 is 10.0.0.0/8.
  auto& bytes = network.base_.bytes_;
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(network.prefix_, i * 8, i * 8 + 8) - i * 8;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xFF00U >> kept));
  }
  return network;
}

bool Network::contains(const Address& address) const noexcept {
  return address.family_ == base_.family_ && same_prefix(address.bytes_.data(), base_.bytes_.data(), prefix_);
}

std::string Network::text() const { return base_.text() + "/" + std::to_string(prefix_); }

}  // namespace oneshot
