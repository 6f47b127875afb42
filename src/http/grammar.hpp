// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace oneshot::http {

/// A byte of a method or of a header name: tchar of RFC 9110 5.6.2.
[[nodiscard]] constexpr bool is_token_byte(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// A byte that must not be in a header value: NUL and the control bytes but the tab (RFC 9110 5.5).
[[nodiscard]] constexpr bool is_control_byte(char c) noexcept {
  const auto value = static_cast<unsigned char>(c);
  return (value < 0x20 && c != '\t') || value == 0x7f;
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_hex_digit(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace oneshot::http
