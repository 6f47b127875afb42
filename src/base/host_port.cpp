// SPDX-License-Identifier: MIT
#include "base/host_port.hpp"

#include <optional>

#include "base/address.hpp"
#include "base/host_name.hpp"
#include "base/numbers.hpp"

namespace oneshot {
namespace {

bool is_host(std::string_view host) noexcept { return host.size() <= longest_host && has_host_bytes_only(host); }

// The zone of a link-local address is the machine's matter: fe80::1%eth0.
bool is_literal(std::string_view host) noexcept { return Address::parse(host.substr(0, host.find('%'))).has_value(); }

/// What stands before the port; nothing where it is no host.
std::optional<std::string> host_of(std::string_view text) {
  if (text.empty()) return "::";
  const bool literal = text.starts_with('[') && text.ends_with(']') && text.size() > 2;
  if (literal) text = text.substr(1, text.size() - 2);
  if (literal ? is_literal(text) : is_host(text)) return std::string(text);
  return std::nullopt;
}

}  // namespace

Result<HostPort> HostPort::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    auto host = host_of(text.substr(0, colon));
    const auto port = parse_whole_number(text.substr(colon + 1));
    if (host && port && *port <= 65535) return HostPort{*std::move(host), static_cast<std::uint16_t>(*port)};
  }
  return Unexpected{
      std::string("must be an address and a port from 0 to 65535, such as \"127.0.0.1:8091\", "
                  "\"[::1]:8091\", or \":8091\" for all addresses")};
}

}  // namespace oneshot
