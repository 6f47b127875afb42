// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot {

/// Where to listen: "127.0.0.1:8091", "[::1]:8091", "events.example:8091", ":8091".
struct HostPort {
  std::string host;  ///< a name or an address, without the brackets of an IPv6 one; "::" where the text has none
  std::uint16_t port = 0;

  /// The port is from 0 (any free one) to 65535. Errors say what the text must be.
  static Result<HostPort> parse(std::string_view text);
};

}  // namespace oneshot
