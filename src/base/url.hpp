// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace oneshot {

/// Where an HTTP server of others is: `http://HOST[:PORT][/PREFIX]`.
struct Url {
  std::string host;  ///< a name or an address, without the brackets of an IPv6 one
  std::uint16_t port = 80;
  std::string prefix;  ///< "" or "/prometheus": what stands before each path, without a slash at its end

  /// Errors say what the text must be. No user, no query, no fragment; no https yet.
  static Result<Url> parse(std::string_view text);
  /// For the header Host: "prom-a:9090", "[::1]:9090".
  [[nodiscard]] std::string authority() const;
};

/// For a message about a text that may be a URL, or several: whatever stands before an @ shows as ***, since there may
/// be a password in it: "http://***@prom-a:9090".
[[nodiscard]] std::string without_user(std::string_view text);

}  // namespace oneshot
